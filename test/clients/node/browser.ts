import { person } from "../../support/person.ts";

// The program in BROWSER: it is called with an address, and signs a user in there.
const { PERSON_NAME: username = "", PERSON_PASSWORD: password = "" } = process.env;
await person({ username, password }).visit(process.argv[2] ?? "");
