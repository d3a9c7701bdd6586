import { html, raw } from "hono/html";
import type { Markup } from "../../signIn/page/page.ts";
import type { PortalVisit } from "./portalPage.ts";

/** A field of a form: what it is called, and what it shows before anybody typed. */
interface Field {
  readonly name: string;
  readonly label: Markup | string;
  /** Default the name; forms on one page must not share one. */
  readonly id?: string | undefined;
  /** Default empty. */
  readonly value?: string | undefined;
  /** Further attributes as they stand in HTML: nothing that people typed. */
  readonly attributes?: string | undefined;
}

interface Choice extends Field {
  readonly options: readonly (readonly [value: string, label: string])[];
}

/** The fields of the form with this action. A form that changed nothing shows again what was typed, focus on the fault. */
export interface FormFields {
  input(field: Field): Markup;
  textarea(field: Field): Markup;
  select(choice: Choice): Markup;
  radios(choice: Choice): Markup;
  check(field: Field & { readonly isChecked: boolean }): Markup;
  /** A file, or what may be a secret: it is never shown again. */
  unkept(tag: "input" | "textarea", field: Field): Markup;
}

export function formFields({ problem }: PortalVisit, action: string): FormFields {
  const refused = problem?.action === action ? problem : undefined;

  function typed(name: string, before: string): string {
    const value = refused?.form.get(name);
    return typeof value === "string" ? value : before;
  }

  function start({ id, name, attributes = "" }: Field, isFirst = true): Markup {
    const mark = refused?.field === name && isFirst ? ' aria-invalid="true" aria-describedby="problem" autofocus' : "";
    return html`id="${id ?? name}" name="${name}"${raw(`${attributes && ` ${attributes}`}${mark}`)}`;
  }

  function label({ id, name, label: text }: Field): Markup {
    return html`<label for="${id ?? name}">${text}</label>`;
  }

  return {
    input: (field) => html`${label(field)}
<input ${start(field)} autocomplete="off" value="${typed(field.name, field.value ?? "")}">`,
    textarea: (field) => html`${label(field)}
<textarea ${start(field)} spellcheck="false">
${typed(field.name, field.value ?? "")}</textarea>`,
    select: (field) => html`${label(field)}
<select ${start(field)}>${field.options.map(
      ([value, text]) =>
        html`<option value="${value}"${value === typed(field.name, field.value ?? "") ? " selected" : ""}>${text}</option>`,
    )}</select>`,
    radios: (field) =>
      html`<fieldset><legend>${field.label}</legend>${field.options.map(
        (
          [value, text],
          index,
        ) => html`<div class="check"><input type="radio" ${start({ ...field, id: value }, index === 0)} value="${value}"${value === typed(field.name, field.value ?? "") ? " checked" : ""}>
<label for="${value}">${text}</label></div>`,
      )}</fieldset>`,
    check: (field) => {
      const isChecked = refused === undefined ? field.isChecked : refused.form.has(field.name);
      return html`<div class="check"><input type="checkbox" ${start(field)} value="yes"${isChecked ? " checked" : ""}>
${label(field)}</div>`;
    },
    unkept: (tag, field) => html`${label(field)}
${tag === "input" ? html`<input ${start(field)}>` : html`<textarea ${start(field)} spellcheck="false"></textarea>`}`,
  };
}
