import com.microsoft.aad.msal4j.ClientCredentialParameters;
import com.microsoft.aad.msal4j.IAccount;
import com.microsoft.aad.msal4j.IAuthenticationResult;
import com.microsoft.aad.msal4j.PublicClientApplication;
import com.microsoft.aad.msal4j.SilentParameters;
import com.microsoft.aad.msal4j.UserNamePasswordParameters;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * App tokens and a user's token in one cache file, with MSAL Java against the local platform.
 *
 * <p>Prints a line of JSON: the source of each token, and the accounts in the file.
 */
public final class TokenCache {
  public static void main(String[] paths) throws Exception {
    Map<String, Object> parameters = Daemon.parse(Daemon.read(paths[0]));
    Map<String, Object> outcome = new LinkedHashMap<>();
    outcome.put("app", source(appToken(parameters, null)));
    outcome.put("claims", source(appToken(parameters, Daemon.text(parameters, "claims"))));
    outcome.put("user", source(userToken(application(parameters), parameters)));
    Set<IAccount> accounts = application(parameters).getAccounts().join();
    outcome.put("accounts", accounts.stream().map(IAccount::username).collect(Collectors.toList()));
    System.out.println(Daemon.toJson(outcome));
  }

  private static IAuthenticationResult appToken(Map<String, Object> parameters, String claims) throws Exception {
    ClientCredentialParameters.ClientCredentialParametersBuilder request =
        ClientCredentialParameters.builder(Daemon.scopes(parameters));
    if (claims != null) request.claimsFromClient(claims);
    return Daemon.application(parameters).acquireToken(request.build()).join();
  }

  private static PublicClientApplication application(Map<String, Object> parameters) throws Exception {
    return PublicClientApplication.builder(Daemon.text(parameters, "tool_id"))
        .authority(Daemon.text(parameters, "tool_authority"))
        .setTokenCacheAccessAspect(new Daemon.CacheFile(Path.of(Daemon.text(parameters, "cache_file"))))
        .build();
  }

  private static IAuthenticationResult userToken(PublicClientApplication app, Map<String, Object> parameters)
      throws Exception {
    Set<String> scopes = Set.copyOf(((List<?>) parameters.get("user_scope")).stream().map(String::valueOf).toList());
    String username = Daemon.text(parameters, "username");
    for (IAccount account : app.getAccounts().join()) {
      if (!account.username().equals(username)) continue;
      return app.acquireTokenSilently(SilentParameters.builder(scopes, account).build()).join();
    }
    char[] password = Daemon.text(parameters, "password").toCharArray();
    return app.acquireToken(UserNamePasswordParameters.builder(scopes, username, password).build()).join();
  }

  private static String source(IAuthenticationResult result) {
    return Daemon.source(result).equals("cache") ? "cache" : "network";
  }
}
