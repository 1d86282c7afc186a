import { ConfigurableModuleBuilder } from '@nestjs/common';
import type { CadreOptions } from './cadre.options.js';

export const { ConfigurableModuleClass, MODULE_OPTIONS_TOKEN: CADRE_OPTIONS } =
  new ConfigurableModuleBuilder<CadreOptions>({
    moduleName: 'Cadre',
  })
    .setClassMethodName('forRoot')
    .build();
