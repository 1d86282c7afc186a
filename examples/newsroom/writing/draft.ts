import type { HandlerInput } from 'cadre';
import type { CompetitorReport, ContentWriting, ResearchReport, WrittenPiece } from '../capabilities.js';
import { proseOf, markdownHeadings, oneLine, shorten } from '../text/plain-text.js';

/** More findings than a piece can tell; a report that comes with a request may hold any number. */
const MAX_SECTIONS = 50;

/** What a piece is written from, in the one form that both writers work with. */
export interface Draft {
  readonly kind: WrittenPiece['kind'];
  readonly title: string;
  readonly sections: readonly DraftSection[];
  /** URLs, each once. */
  readonly sources: readonly string[];
}

export interface DraftSection {
  readonly heading: string;
  readonly text: string;
  readonly url?: string;
}

/** A report, with or without one on competitors, becomes an article, an outline a blog post, a text a summary. */
export function toDraft(input: HandlerInput<typeof ContentWriting>): Draft {
  if (typeof input === 'string') {
    return { kind: 'summary', title: titleOf(input), sections: [{ heading: '', text: input }], sources: [] };
  }
  if ('points' in input) {
    const sections = input.points.map(({ heading, notes = '' }) => ({ heading, text: notes }));
    return { kind: 'blog_post', title: input.title, sections, sources: [] };
  }
  if ('report' in input) return withRivals(draftArticle(input.report), input.rivals);
  return draftArticle(input);
}

function draftArticle({ query, findings }: ResearchReport): Draft {
  const sections = findings.slice(0, MAX_SECTIONS).map(({ title, summary, url }) => ({
    heading: shorten(oneLine(title), 300),
    text: summary,
    url,
  }));
  const sources = [...new Set(sections.map(({ url }) => url))];
  return { kind: 'article', title: shorten(oneLine(query), 500), sections, sources };
}

/** Ends an article with what is known of the competitors, if anything. */
function withRivals(draft: Draft, rivals: CompetitorReport | null): Draft {
  if (rivals === null || rivals.competitors.length === 0) return draft;
  const subject = shorten(oneLine(rivals.subject), 200);
  const names = rivals.competitors.map(({ name }) => name).join(', ');
  const section = { heading: `Others beside ${subject}`, text: `Named beside ${subject}: ${names}.` };
  const sources = rivals.sources.slice(0, MAX_SECTIONS).map(({ url }) => url);
  return {
    ...draft,
    sections: [...draft.sections, section],
    sources: [...new Set([...draft.sources, ...sources])],
  };
}

function titleOf(text: string): string {
  const start = text.slice(0, 5_000);
  const words = markdownHeadings(start)[0]?.text ?? proseOf(start).split(/(?<=[.!?])\s|\n/)[0];
  return shorten(oneLine(words || start), 100);
}
