import { broadcastResponseToMainFrame } from "@azure/msal-browser/redirect-bridge";

// Where sign-ins come back to: what they bring goes on to the page that has begun them.
await broadcastResponseToMainFrame();
