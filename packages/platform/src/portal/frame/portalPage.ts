import type { Tenant } from "../../directory/tenants/tenants.ts";
import type { Exchange } from "../../http/exchange.ts";
import type { PlainResponse } from "../../http/plainHttp.ts";
import type { SignedIn } from "../../signIn/browserSession.ts";
import type { PortalContext } from "../context.ts";

/** A visit of the portal by an administrator: all it shows and changes is of the administrator's own tenant, but for the list of tenants. */
export interface PortalVisit {
  readonly context: PortalContext;
  readonly exchange: Exchange;
  readonly signedIn: SignedIn;
  readonly tenant: Tenant;
  /** Path and query: forms are sent back to where they came from. */
  readonly target: string;
  readonly parameters: Readonly<Record<string, string>>;
  /** The form that was just sent and changed nothing. */
  readonly problem?: RefusedForm | undefined;
}

export interface RefusedForm {
  readonly action: string;
  readonly form: FormData;
  readonly text: string;
  /** The name of the field that it is about. */
  readonly field?: string | undefined;
}

/** What became of a form. After `done` the page is loaded anew, so that reloading it does not send the form again. */
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

/** A page of the portal: one file in `pages/`, one line in `pages.ts`. */
export interface PortalPage {
  /** Below `/portal`, in the form of a router's patterns. */
  readonly path: string;
  readonly show: (visit: PortalVisit) => Promise<PlainResponse>;
  /** What its forms can do, by the value of the button that was pressed. */
  readonly actions?: Readonly<Record<string, Action<PortalVisit>>>;
}

export function problem(text: string, field?: string): Outcome {
  return { kind: "problem", text, field };
}

/** Runs a change of the directory that throws, with a sentence for people, when what was sent cannot be. */
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

/** A field of a form without the space around it; empty when it was not sent. */
export function textField(form: FormData, name: string): string {
  const value = form.get(name);
  return typeof value === "string" ? value.trim() : "";
}

/** Every value of a field that may be sent several times. */
export function textFields(form: FormData, name: string): readonly string[] {
  return form.getAll(name).filter((value) => typeof value === "string");
}

/** The lines of a field that are not empty. */
export function linesField(form: FormData, name: string): readonly string[] {
  return textField(form, name)
    .split(/\r?\n/)
    .map((line) => line.trim())
    .filter((line) => line !== "");
}
