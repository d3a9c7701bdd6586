"""App tokens and a user's token in one cache file, with MSAL Python against the local platform.

Prints a line of JSON: the source of each token, and the accounts in the file.
"""

import json
import os
import sys

import msal


def read(path):
    with open(path, encoding="utf-8") as file:
        return file.read()


def write(path, text):
    with open(path, "w", encoding="utf-8") as file:
        file.write(text)


def user_token(app, config):
    accounts = app.get_accounts(config["username"])
    cached = app.acquire_token_silent(config["user_scope"], account=accounts[0]) if accounts else None
    return cached or app.acquire_token_by_username_password(
        config["username"], config["password"], scopes=config["user_scope"]
    )


def source(result):
    if "access_token" not in result:
        return result["error"]
    return "cache" if result["token_source"] == "cache" else "network"


config = json.loads(read(sys.argv[1]))
# The documented way to store tokens: the whole cache, read at the start and written at the end if it has changed.
cache = msal.SerializableTokenCache()
if os.path.exists(config["cache_file"]):
    cache.deserialize(read(config["cache_file"]))
daemon = msal.ConfidentialClientApplication(
    config["client_id"],
    authority=config["authority"],
    client_credential=config["secret"],
    token_cache=cache,
)
tool = msal.PublicClientApplication(config["tool_id"], authority=config["tool_authority"], token_cache=cache)
outcome = {
    "app": source(daemon.acquire_token_for_client(scopes=config["scope"])),
    "claims": source(
        daemon.acquire_token_for_client(scopes=config["scope"], forwarded_client_claims=config["claims"])
    ),
    "user": source(user_token(tool, config)),
    "accounts": [account["username"] for account in tool.get_accounts()],
}
if cache.has_state_changed:
    write(config["cache_file"], cache.serialize())
print(json.dumps(outcome))
