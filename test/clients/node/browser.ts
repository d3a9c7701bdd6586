import { person } from "../../support/person.ts";

// What BROWSER names: it is given an address, and somebody signs in there.
const { PERSON_NAME: username = "", PERSON_PASSWORD: password = "" } = process.env;
await person({ username, password }).visit(process.argv[2] ?? "");
