import type { Tenant } from "../../directory/tenants/tenants.ts";
import type { Exchange } from "../../http/exchange.ts";
import type { PlainResponse } from "../../http/plainHttp.ts";
import type { SignedIn } from "../../signIn/browserSession.ts";
import type { PortalContext } from "../context.ts";

/**
 * An administrator's visit to the portal. Everything shown and changed belongs to the administrator's own tenant,
 * except the list of tenants.
 */
export interface PortalVisit {
  readonly context: PortalContext;
  readonly exchange: Exchange;
  readonly signedIn: SignedIn;
  readonly tenant: Tenant;
  /** Path and query, to which forms redirect. */
  readonly target: string;
  readonly parameters: Readonly<Record<string, string>>;
  /** The form that was just sent and refused. */
  readonly problem?: RefusedForm | undefined;
}

export interface RefusedForm {
  readonly action: string;
  readonly form: FormData;
  readonly text: string;
  /** The name of the invalid field. */
  readonly field?: string | undefined;
}

/** The result of a form. After `done` the browser is redirected, so that a reload does not send the form again. */
export type Outcome =
  | { readonly kind: "problem"; readonly text: string; readonly field?: string | undefined }
  | {
      readonly kind: "done";
      readonly to?: string | undefined;
      /** For the log. */
      readonly why: string;
      readonly clientId?: string | undefined;
    };

export type Action<Visit> = (visit: Visit, form: FormData) => Outcome | Promise<Outcome>;

/** A page of the portal: one file, and one line in `pages.ts`. */
export interface PortalPage {
  /** Below `/portal`, with the router's parameters. */
  readonly path: string;
  readonly show: (visit: PortalVisit) => Promise<PlainResponse>;
  /** The actions of its forms, by the value of the submit button. */
  readonly actions?: Readonly<Record<string, Action<PortalVisit>>>;
}

export function problem(text: string, field?: string): Outcome {
  return { kind: "problem", text, field };
}

/** Makes a change to the directory. Returns a problem for the user if the change throws. */
export function attempt<Result>(
  change: () => Result,
  field?: string,
): { readonly result: Result } | { readonly problem: Outcome } {
  try {
    return { result: change() };
  } catch (error) {
    return { problem: problem(`${error instanceof Error ? error.message : error}.`.replace(/\.\.$/, "."), field) };
  }
}

/** A form field without surrounding spaces; empty if it was not sent. */
export function textField(form: FormData, name: string): string {
  const value = form.get(name);
  return typeof value === "string" ? value.trim() : "";
}

/** Every value of a repeated field. */
export function textFields(form: FormData, name: string): readonly string[] {
  return form.getAll(name).filter((value) => typeof value === "string");
}

/** The lines of a field, without empty ones. */
export function linesField(form: FormData, name: string): readonly string[] {
  return textField(form, name)
    .split(/\r?\n/)
    .map((line) => line.trim())
    .filter((line) => line !== "");
}
