import { publishedParameterCounts } from '../../src/index.ts';
import { Chat } from './chat.ts';
import { ChatModel, type ModelChoice } from './chatModel.ts';
import { connectCodeDialog } from './codeDialog.ts';
import { button, byId } from './dom.ts';
import { EngineHost } from './engineHost.ts';
import { isAbort, startErrorBox } from './errors.ts';
import { formatCount } from './format.ts';
import { choiceFromAddress, connectModelForm } from './modelForm.ts';
import { ProfilePanel } from './profile/profilePanel.ts';
import { showEvent, showInfo, showMemory, showNoEngine } from './statusPanel.ts';
import { connectTabs } from './tabs.ts';
import { connectVariantPanels } from './variantPanels.ts';

const host = new EngineHost(showEvent);
const chat = new Chat(refreshMemory);
const chatModel = new ChatModel(host, (model) => chat.setModel(model));

function refreshMemory(): void {
  const engine = host.started;
  // The numbers are a convenience: an engine that is gone shows its error where it is used.
  if (engine) void showMemory(engine).catch(() => undefined);
}

/** Starts the engine and shows what it runs on; where that fails, the page says what to do and stays usable. */
async function startEngine(choice: ModelChoice): Promise<void> {
  const place = byId('engine-error', HTMLElement);
  place.replaceChildren();
  try {
    const engine = await host.engine();
    showInfo(engine.info);
  } catch (error) {
    chatModel.showUnavailable();
    showNoEngine();
    const again = button('Try again', '', () => void load(choice).catch(() => undefined));
    place.replaceChildren(startErrorBox(error, again));
    throw error;
  }
}

async function load(choice: ModelChoice): Promise<void> {
  if (!host.started) await startEngine(choice);
  try {
    await chatModel.load(choice);
  } finally {
    refreshMemory();
  }
}

function showParameterCounts(): void {
  for (const [variant, count] of Object.entries(publishedParameterCounts())) {
    for (const element of document.querySelectorAll(`[data-count="${variant}"]`))
      element.textContent = formatCount(count);
  }
}

showParameterCounts();
byId('skip-link', HTMLAnchorElement).addEventListener('click', (event) => {
  // The hash names the variant: the link moves the focus and leaves the address alone.
  event.preventDefault();
  byId('main', HTMLElement).focus();
});
connectCodeDialog();
connectVariantPanels(host, refreshMemory);
const profilePanel = new ProfilePanel(host, () => chatModel.current, refreshMemory);
byId('panel-profile', HTMLElement).replaceChildren(...profilePanel.contents());
connectTabs(refreshMemory);
connectModelForm((choice) => {
  load(choice).then(
    () => byId('model-change', HTMLDetailsElement).removeAttribute('open'),
    // Shown already, where the person looks; a cancelled load leaves the form open to choose again.
    (error: unknown) => isAbort(error) && byId('model-source', HTMLInputElement).focus(),
  );
});

const ready = load(choiceFromAddress());
// The page has shown the error; a script that awaits `ready` gets it as well.
ready.catch(() => undefined);

window.halftoneDemo = {
  ready,
  info() {
    if (!host.started) throw new Error('The engine has not started: wait for halftoneDemo.ready.');
    return host.started.info;
  },
  ask: (question, onText) => chat.ask(question, onText),
  parameterCounts: () => Promise.resolve(publishedParameterCounts()),
};
