import { Agent, allOf, anyOf, capability, dataType } from 'cadre';
import { z } from 'zod';
import { startApp } from './start-app.js';

const [text, pdf, url, mail] = ['text', 'pdf', 'url', 'email_config'].map((name) =>
  dataType(name, z.string()),
);
const Report = dataType('research_report', z.string());
const Insights = dataType('key_insights', z.string());
const Receipt = dataType('delivery_confirmation', z.string());

const WebResearch = capability({
  name: 'web_research',
  description: 'Searches the web.',
  input: anyOf(text!, url!),
  output: Report,
});
const DocumentAnalysis = capability({
  name: 'document_analysis',
  description: 'Reads documents.',
  input: anyOf(pdf!, text!),
  output: anyOf(Report, Insights),
});
const SendNotification = capability({
  name: 'send_notification',
  description: 'Sends a mail.',
  input: allOf({ text: text!, to: mail! }),
  output: Receipt,
});

@Agent(WebResearch, DocumentAnalysis, {
  name: 'research_pro',
  version: '2.1.0',
  region: 'eu',
  costPerTaskUsd: 0.02,
})
class ResearchAgent {
  execute(input: string): string {
    return input;
  }
}

@Agent(WebResearch, { name: 'research_pro', version: '1.5.0', tags: ['cheap'] })
class OldResearchAgent {
  execute(input: string): string {
    return `old ${input}`;
  }
}

@Agent(WebResearch, { name: 'research_pro', version: '3.0.0-beta.1' })
class NextResearchAgent {
  execute(input: string): string {
    return `next ${input}`;
  }
}

@Agent(SendNotification, { name: 'mailer', version: '1.5.0', tags: ['cheap', 'mail'] })
class MailerAgent {
  execute(): string {
    return 'sent';
  }
}

const start = () =>
  startApp({ providers: [NextResearchAgent, OldResearchAgent, ResearchAgent, MailerAgent] });

describe('the catalog of agents', () => {
  it('answers which agents there are', async () => {
    await using app = await start();
    expect(app.registry.list().map(({ id }) => id)).toEqual(['research_pro@2.1.0', 'mailer@1.5.0']);
    expect(app.registry.get('research_pro')).toMatchObject({
      id: 'research_pro@2.1.0',
      isCurrent: true,
      isAvailable: true,
      status: 'active',
      statusSince: app.clock.now(),
      load: { inFlight: 0, maxConcurrentTasks: 1, abandoned: 0 },
      health: { healthy: true },
      versions: ['3.0.0-beta.1', '2.1.0', '1.5.0'],
      manifest: { region: 'eu', costPerTaskUsd: 0.02 },
    });
  });

  it('answers what each can do', async () => {
    await using app = await start();
    expect(app.registry.capabilities().map(({ name, availableCount }) => [name, availableCount])).toEqual([
      ['document_analysis', 1],
      ['send_notification', 1],
      ['web_research', 1],
    ]);
    expect(app.registry.capability('web_research')).toMatchObject({
      capability: WebResearch,
      providers: [{ id: 'research_pro@2.1.0' }],
    });
    expect(() => app.registry.capability('web_reserch')).toThrow('Did you mean "web_research"?');
  });

  it('answers who is right for a kind of data, alternatives and parts alike', async () => {
    await using app = await start();
    const ids = (filter: Parameters<typeof app.registry.list>[0]) =>
      app.registry.list(filter).map(({ id }) => id);
    expect(ids({ inputType: 'pdf' })).toEqual(['research_pro@2.1.0']);
    expect(ids({ inputType: 'text' })).toEqual(['research_pro@2.1.0', 'mailer@1.5.0']);
    expect(ids({ inputType: 'email_config' })).toEqual(['mailer@1.5.0']);
    expect(ids({ inputType: 'pdf', outputType: 'key_insights' })).toEqual(['research_pro@2.1.0']);
    expect(ids({ inputType: 'url', outputType: 'key_insights' })).toEqual([]);
    expect(ids({ tag: 'cheap', allVersions: true })).toEqual(['research_pro@1.5.0', 'mailer@1.5.0']);
  });

  it('answers which of them are working', async () => {
    await using app = await start();
    const cause = { reason: 'planned work', triggeredBy: 'user:ann' } as const;
    const info = await app.registry.setStatus('mailer', 'maintenance', cause);
    expect([info.status, info.isAvailable]).toEqual(['maintenance', false]);
    expect(app.registry.availableCapabilities()).toEqual(['document_analysis', 'web_research']);
    expect(app.registry.capability('send_notification').availableCount).toBe(0);
    expect(app.registry.list({ available: true }).map(({ name }) => name)).toEqual(['research_pro']);
    await app.registry.setStatus('mailer', 'maintenance', cause);
    await app.registry.setStatus('mailer', 'failed', cause);
    await expect(app.registry.setStatus('mailer', 'active', cause)).rejects.toMatchObject({
      code: 'STATUS_TRANSITION_ILLEGAL',
      details: { allowed: ['maintenance', 'inactive'] },
    });
  });

  it('keeps several releases side by side, each found by its range and asked when pinned', async () => {
    await using app = await start();
    const versionOf = (range: string) => app.registry.find(`research_pro@${range}`)?.version;
    expect(['^1.0.0', '2.x', '*', '^3.0.0-0', '^9'].map(versionOf)).toEqual([
      '1.5.0',
      '2.1.0',
      '2.1.0',
      '3.0.0-beta.1',
      undefined,
    ]);
    expect((await app.orchestration.execute(WebResearch, 'x')).version).toBe('2.1.0');
    expect((await app.orchestration.execute(WebResearch, 'x', { agent: 'research_pro@^1' })).output).toBe(
      'old x',
    );
    expect(app.registry.list({ version: '^1.0.0', allVersions: true }).map(({ id }) => id)).toEqual([
      'research_pro@1.5.0',
      'mailer@1.5.0',
    ]);
  });

  it('suggests names and versions for what it does not know', async () => {
    await using app = await start();
    expect(() => app.registry.get('reserch_pro')).toThrow('Did you mean "research_pro"?');
    expect(() => app.registry.get('mailer@^2')).toThrow('Its registered versions are 1.5.0.');
    expect(() => app.registry.get('mailer@newest')).toThrow('is no semantic version or range');
    expect(() => app.registry.list({ version: 'newest' })).toThrow('is no semantic version or range');
  });

  it('hands out copies', async () => {
    await using app = await start();
    const info = app.registry.get('mailer');
    (info.versions as string[]).push('9.9.9');
    expect(() => (info.manifest.tags as string[]).push('hacked')).toThrow(TypeError);
    expect(app.registry.get('mailer').versions).toEqual(['1.5.0']);
  });
});
