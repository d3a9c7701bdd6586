import { broadcastResponseToMainFrame } from "@azure/msal-browser/redirect-bridge";

// The page that sign-ins return to: it forwards the response to the page that started them.
await broadcastResponseToMainFrame();
