import { html, raw } from "hono/html";
import type { Markup } from "../../signIn/page/page.ts";
import type { PortalVisit } from "./portalPage.ts";

/** A field of a form: its label, and its initial value. */
interface Field {
  readonly name: string;
  readonly label: Markup | string;
  /** Defaults to the name. Forms on one page must not share an id. */
  readonly id?: string | undefined;
  /** Defaults to empty. */
  readonly value?: string | undefined;
  /** Further attributes, as raw HTML: never user input. */
  readonly attributes?: string | undefined;
}

interface Choice extends Field {
  readonly options: readonly (readonly [value: string, label: string])[];
}

/**
 * The fields of the form with this action. A refused form shows the submitted values again, with the focus on the invalid
 * field.
 */
export interface FormFields {
  input(field: Field): Markup;
  textarea(field: Field): Markup;
  select(choice: Choice): Markup;
  radios(choice: Choice): Markup;
  check(field: Field & { readonly isChecked: boolean }): Markup;
  /** A file, or a value that may be secret: it is never shown again. */
  withoutValue(tag: "input" | "textarea", field: Field): Markup;
}

export function formFields({ problem }: PortalVisit, action: string): FormFields {
  const refusedForm = problem?.action === action ? problem : undefined;

  function enteredValue(name: string, initial: string): string {
    const value = refusedForm?.form.get(name);
    return typeof value === "string" ? value : initial;
  }

  function attributesOf({ id, name, attributes = "" }: Field, isFirst = true): Markup {
    const mark =
      refusedForm?.field === name && isFirst ? ' aria-invalid="true" aria-describedby="problem" autofocus' : "";
    return html`id="${id ?? name}" name="${name}"${raw(`${attributes && ` ${attributes}`}${mark}`)}`;
  }

  function label({ id, name, label: text }: Field): Markup {
    return html`<label for="${id ?? name}">${text}</label>`;
  }

  return {
    input: (field) => html`${label(field)}
<input ${attributesOf(field)} autocomplete="off" value="${enteredValue(field.name, field.value ?? "")}">`,
    textarea: (field) => html`${label(field)}
<textarea ${attributesOf(field)} spellcheck="false">
${enteredValue(field.name, field.value ?? "")}</textarea>`,
    select: (field) => html`${label(field)}
<select ${attributesOf(field)}>${field.options.map(
      ([value, text]) =>
        html`<option value="${value}"${value === enteredValue(field.name, field.value ?? "") ? " selected" : ""}>${text}</option>`,
    )}</select>`,
    radios: (field) =>
      html`<fieldset><legend>${field.label}</legend>${field.options.map(
        (
          [value, text],
          index,
        ) => html`<div class="check"><input type="radio" ${attributesOf({ ...field, id: value }, index === 0)} value="${value}"${value === enteredValue(field.name, field.value ?? "") ? " checked" : ""}>
<label for="${value}">${text}</label></div>`,
      )}</fieldset>`,
    check: (field) => {
      const isChecked = refusedForm === undefined ? field.isChecked : refusedForm.form.has(field.name);
      return html`<div class="check"><input type="checkbox" ${attributesOf(field)} value="yes"${isChecked ? " checked" : ""}>
${label(field)}</div>`;
    },
    withoutValue: (tag, field) => html`${label(field)}
${tag === "input" ? html`<input ${attributesOf(field)}>` : html`<textarea ${attributesOf(field)} spellcheck="false"></textarea>`}`,
  };
}
