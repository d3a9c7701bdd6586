import com.azure.json.JsonProviders;
import com.azure.json.JsonReader;
import com.azure.json.JsonWriter;
import com.microsoft.aad.msal4j.ClientCredentialFactory;
import com.microsoft.aad.msal4j.ClientCredentialParameters;
import com.microsoft.aad.msal4j.ConfidentialClientApplication;
import com.microsoft.aad.msal4j.IAuthenticationResult;
import com.microsoft.aad.msal4j.IClientCredential;
import com.microsoft.aad.msal4j.ITokenCacheAccessAspect;
import com.microsoft.aad.msal4j.ITokenCacheAccessContext;
import com.microsoft.aad.msal4j.MsalException;
import com.microsoft.aad.msal4j.SilentParameters;
import com.microsoft.aad.msal4j.TokenSource;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletionException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The documented daemon, once for each parameters file, with MSAL Java against the local platform.
 *
 * <p>Prints one line of JSON per file: the sources of two tokens, the users that Graph listed, or the error.
 */
public final class Daemon {
  public static void main(String[] paths) throws Exception {
    for (String path : paths) System.out.println(toJson(run(parse(read(path)))));
  }

  private static Map<String, Object> run(Map<String, Object> parameters) throws Exception {
    Map<String, Object> outcome = new LinkedHashMap<>();
    try {
      ConfidentialClientApplication app = application(parameters);
      IAuthenticationResult first = acquire(app, scopes(parameters));
      // Shows that the file's content is available to an application that has requested nothing itself.
      if (parameters.get("cache_file") != null) app = application(parameters);
      IAuthenticationResult second = acquire(app, scopes(parameters));
      outcome.put("sources", List.of(source(first), source(second)));
      listUsers(text(parameters, "endpoint"), first.accessToken(), outcome);
    } catch (CompletionException completion) {
      if (!(completion.getCause() instanceof MsalException error)) throw completion;
      return refusal(error);
    }
    return outcome;
  }

  /** MSAL Java does not expose the number; the code is in the message. */
  static Map<String, Object> refusal(MsalException error) {
    Map<String, Object> outcome = new LinkedHashMap<>(Map.of("error", error.errorCode()));
    Matcher code = Pattern.compile("AADSTS(\\d+)").matcher(error.getMessage());
    if (code.find()) outcome.put("error_codes", List.of(Integer.valueOf(code.group(1))));
    return outcome;
  }

  static ConfidentialClientApplication application(Map<String, Object> parameters) throws Exception {
    ConfidentialClientApplication.Builder builder =
        ConfidentialClientApplication.builder(text(parameters, "client_id"), credential(parameters))
            .authority(text(parameters, "authority"));
    boolean isMicrosofts = URI.create(text(parameters, "authority")).getAuthority().equals("login.microsoftonline.com");
    // The platform's own host is not a known cloud: this is the documented opt-out from asking Microsoft about it.
    if (!isMicrosofts) builder.instanceDiscovery(false);
    String cacheFile = text(parameters, "cache_file");
    if (cacheFile != null) builder.setTokenCacheAccessAspect(new CacheFile(Path.of(cacheFile)));
    return builder.build();
  }

  private static IClientCredential credential(Map<String, Object> parameters) throws Exception {
    String secret = text(parameters, "secret");
    if (secret != null) return ClientCredentialFactory.createFromSecret(secret);
    String key = read(text(parameters, "private_key_file")).replaceAll("-----[^-]+-----|\\s", "");
    PrivateKey privateKey =
        KeyFactory.getInstance("RSA").generatePrivate(new PKCS8EncodedKeySpec(Base64.getDecoder().decode(key)));
    byte[] certificate = Files.readAllBytes(Path.of(text(parameters, "certificate_file")));
    return ClientCredentialFactory.createFromCertificate(
        privateKey,
        (X509Certificate)
            CertificateFactory.getInstance("X.509").generateCertificate(new ByteArrayInputStream(certificate)));
  }

  private static IAuthenticationResult acquire(ConfidentialClientApplication app, Set<String> scopes)
      throws Exception {
    try {
      return app.acquireTokenSilently(SilentParameters.builder(scopes).build()).join();
    } catch (CompletionException miss) {
      if (!(miss.getCause() instanceof MsalException)) throw miss;
      return app.acquireToken(ClientCredentialParameters.builder(scopes).build()).join();
    }
  }

  private static void listUsers(String endpoint, String accessToken, Map<String, Object> outcome) throws Exception {
    HttpClient client = HttpClient.newHttpClient();
    int users = 0;
    for (String url = endpoint; url != null; ) {
      HttpRequest request =
          HttpRequest.newBuilder(URI.create(url)).header("Authorization", "Bearer " + accessToken).build();
      HttpResponse<String> answer = client.send(request, HttpResponse.BodyHandlers.ofString());
      Map<String, Object> body = parse(answer.body());
      outcome.put("status", answer.statusCode());
      if (answer.statusCode() != 200) {
        outcome.put("error", ((Map<?, ?>) body.get("error")).get("code"));
        return;
      }
      users += ((List<?>) body.get("value")).size();
      url = text(body, "@odata.nextLink");
    }
    outcome.put("users", users);
  }

  /** The documented way to store tokens: the whole cache, read before each use and written after a change. */
  record CacheFile(Path path) implements ITokenCacheAccessAspect {
    @Override
    public void beforeCacheAccess(ITokenCacheAccessContext context) {
      if (Files.exists(path)) context.tokenCache().deserialize(read(path.toString()));
    }

    @Override
    public void afterCacheAccess(ITokenCacheAccessContext context) {
      if (!context.hasCacheChanged()) return;
      try {
        Files.writeString(path, context.tokenCache().serialize());
      } catch (IOException error) {
        throw new UncheckedIOException(error);
      }
    }
  }

  /** MSAL Java does not report that an application's token came from its cache. */
  static String source(IAuthenticationResult result) {
    TokenSource source = result.metadata().tokenSource();
    return source == null ? "cache" : source.name().toLowerCase(Locale.ROOT);
  }

  static Set<String> scopes(Map<String, Object> parameters) {
    return Set.copyOf(((List<?>) parameters.get("scope")).stream().map(String::valueOf).toList());
  }

  static String text(Map<String, Object> parameters, String name) {
    return (String) parameters.get(name);
  }

  static String read(String path) {
    try {
      return Files.readString(Path.of(path));
    } catch (IOException error) {
      throw new UncheckedIOException(error);
    }
  }

  @SuppressWarnings("unchecked")
  static Map<String, Object> parse(String json) throws IOException {
    try (JsonReader reader = JsonProviders.createReader(json)) {
      return (Map<String, Object>) reader.readUntyped();
    }
  }

  static String toJson(Map<String, Object> outcome) throws IOException {
    StringWriter text = new StringWriter();
    try (JsonWriter writer = JsonProviders.createWriter(text)) {
      writer.writeUntyped(outcome);
    }
    return text.toString();
  }
}
