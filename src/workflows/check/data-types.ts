import { OPEN_TYPE, type Contract, type DataType } from '../../agents/index.js';
import type { Catalog, Release } from '../../registry/index.js';

/** The data types that are known: those of the capabilities in a catalog, and any JSON. */
export class DataTypes {
  constructor(private readonly catalog: Catalog) {}

  find(name: string): DataType | undefined {
    if (name === OPEN_TYPE.name) return OPEN_TYPE;
    const { index } = this.catalog;
    const [release] = [...index.byInputType(name), ...index.byOutputType(name)];
    const known = release && typesOf(release).find((type) => type.name === name);
    // Releases that stand by are not in the index.
    return known ?? this.#all().find((type) => type.name === name);
  }

  names(): Set<string> {
    return new Set([OPEN_TYPE.name, ...this.#all().map(({ name }) => name)]);
  }

  #all(): DataType[] {
    return this.catalog.all().flatMap(typesOf);
  }
}

function typesOf({ capabilities }: Release): DataType[] {
  return [...capabilities.values()].flatMap(({ capability }) => typesOfContract(capability.contract));
}

function typesOfContract({ inputs, outputs }: Contract): DataType[] {
  return [...inputs.values(), ...outputs];
}
