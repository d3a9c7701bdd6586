import com.microsoft.aad.msal4j.DeviceCodeFlowParameters;
import com.microsoft.aad.msal4j.IAuthenticationResult;
import com.microsoft.aad.msal4j.MsalException;
import com.microsoft.aad.msal4j.PublicClientApplication;
import com.microsoft.aad.msal4j.SilentParameters;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletionException;

/**
 * Signs a user in by device code, as documented, with MSAL Java against the local platform.
 *
 * <p>Prints a line of JSON with the prompt for the user, and one with the sources and users of two tokens,
 * or the error.
 */
public final class DeviceCodeFlow {
  public static void main(String[] paths) throws Exception {
    Map<String, Object> parameters = Daemon.parse(Daemon.read(paths[0]));
    Set<String> scopes = Daemon.scopes(parameters);
    PublicClientApplication app =
        PublicClientApplication.builder(Daemon.text(parameters, "client_id"))
            .authority(Daemon.text(parameters, "authority"))
            .build();
    DeviceCodeFlowParameters flow =
        DeviceCodeFlowParameters.builder(
                scopes,
                code -> show(Map.of("user_code", code.userCode(), "verification_uri", code.verificationUri())))
            .build();
    try {
      IAuthenticationResult first = app.acquireToken(flow).join();
      IAuthenticationResult second =
          app.acquireTokenSilently(SilentParameters.builder(scopes, first.account()).build()).join();
      String user = name(Daemon.text(parameters, "endpoint"), second.accessToken());
      show(Map.of("sources", List.of(Daemon.source(first), Daemon.source(second)), "user", user));
    } catch (CompletionException completion) {
      if (!(completion.getCause() instanceof MsalException error)) throw completion;
      show(Daemon.refusal(error));
    }
  }

  private static String name(String endpoint, String accessToken) throws Exception {
    HttpRequest request =
        HttpRequest.newBuilder(URI.create(endpoint)).header("Authorization", "Bearer " + accessToken).build();
    HttpResponse<String> answer = HttpClient.newHttpClient().send(request, HttpResponse.BodyHandlers.ofString());
    return Daemon.text(Daemon.parse(answer.body()), "userPrincipalName");
  }

  private static void show(Map<String, Object> value) {
    try {
      System.out.println(Daemon.toJson(value));
    } catch (IOException error) {
      throw new UncheckedIOException(error);
    }
  }
}
