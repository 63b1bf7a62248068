import type { Precision } from '../../../src/index.ts';
import { button, make } from '../dom.ts';
import { subjectLabels, type SubjectName, subjectNames } from './subjects.ts';

export interface ProfileJob {
  readonly subject: SubjectName;
  readonly precision: Precision;
  readonly seq: number;
}

const precisions: readonly Precision[] = ['auto', 'f32', 'f16', 'int8', 'int4'];

function selectField(label: string, options: readonly (readonly [value: string, text: string])[]) {
  const select = make('select');
  for (const [value, text] of options) {
    const option = make('option', '', text);
    option.value = value;
    select.append(option);
  }
  return { select, field: make('label', 'field', make('span', '', label), select) };
}

/** Which model, in which precision, over how many rows, and what is to be done with it. */
export class ProfileForm {
  readonly element = make('form', 'profile-form');
  readonly #subject = selectField('Model', subjectLabels);
  readonly #precision = selectField(
    'Precision',
    precisions.map((precision) => [precision, precision]),
  );
  readonly #seq = make('input');
  readonly #buttons: readonly HTMLButtonElement[];

  constructor(actions: { readonly profile: (job: ProfileJob) => void; readonly ablate: (job: ProfileJob) => void }) {
    this.#seq.type = 'number';
    this.#seq.min = '1';
    this.#seq.step = '1';
    this.#seq.value = '64';
    const profile = make('button', '', 'Profile it');
    const ablate = button(
      'Switch each optimisation',
      'quiet',
      () => this.element.reportValidity() && actions.ablate(this.#job()),
    );
    this.#buttons = [profile, ablate];
    this.#subject.select.addEventListener('change', () => this.#showPrecision());
    this.element.append(
      make(
        'div',
        'option-fields',
        this.#subject.field,
        this.#precision.field,
        make('label', 'field', make('span', '', 'Rows, or tokens of the prompt'), this.#seq),
      ),
      make('div', 'form-actions', ...this.#buttons),
    );
    this.element.addEventListener('submit', (event) => {
      event.preventDefault();
      actions.profile(this.#job());
    });
    this.#showPrecision();
  }

  /** While something runs, nothing else is begun. */
  set busy(busy: boolean) {
    for (const element of this.#buttons) element.disabled = busy;
  }

  #job(): ProfileJob {
    return {
      subject: subjectNames.find((name) => name === this.#subject.select.value) ?? 'chat',
      precision: precisions.find((precision) => precision === this.#precision.select.value) ?? 'auto',
      seq: this.#seq.valueAsNumber,
    };
  }

  /** The chat's model has its precision already. */
  #showPrecision(): void {
    this.#precision.select.disabled = this.#subject.select.value === 'chat';
  }
}
