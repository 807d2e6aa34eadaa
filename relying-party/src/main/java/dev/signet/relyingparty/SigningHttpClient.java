// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.relyingparty;

import dev.signet.protocol.IdentityClaims;
import dev.signet.requestsignatures.ContentDigest;
import dev.signet.requestsignatures.RequestView;
import dev.signet.requestsignatures.SignedFields;
import dev.signet.requestsignatures.UnsignableMessageException;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Clock;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * Sends requests of an agent that holds its own key, signed, through the JDK's client. Each call
 * signs anew: a request that was sent cannot be sent again. A client that follows redirects would
 * send a signature to an address that was not signed for; leave redirects off.
 */
public final class SigningHttpClient {
  /** Most bytes of a body; it is held in memory to be hashed before the head is sent. */
  public static final int MAX_BODY_BYTES = 16 * 1024 * 1024;

  private final HttpClient client;
  private final RequestSigner signer;
  private final Supplier<String> token;
  private final Clock clock;

  /**
   * A client that signs.
   *
   * @param token gives the identity token of the moment
   * @throws IllegalArgumentException if the client follows redirects
   */
  public SigningHttpClient(
      HttpClient client, RequestSigner signer, Supplier<String> token, Clock clock) {
    if (client.followRedirects() != HttpClient.Redirect.NEVER) {
      throw new IllegalArgumentException("expected a client that follows no redirects");
    }
    this.client = client;
    this.signer = signer;
    this.token = token;
    this.clock = clock;
  }

  /** Signs and sends a request without a body. */
  public <T> HttpResponse<T> send(HttpRequest request, HttpResponse.BodyHandler<T> answer)
      throws IOException, InterruptedException {
    return send(request, new byte[0], answer);
  }

  /**
   * Signs and sends.
   *
   * @param request what to send; its own body publisher is not used
   * @param body at most {@link #MAX_BODY_BYTES}; empty for none
   * @throws IOException if the key cannot be used, a field cannot be signed, or sending fails
   */
  public <T> HttpResponse<T> send(
      HttpRequest request, byte[] body, HttpResponse.BodyHandler<T> answer)
      throws IOException, InterruptedException {
    return client.send(sign(request, body), answer);
  }

  /** The request as {@link #send} would send it. */
  public HttpRequest sign(HttpRequest request, byte[] body) throws IOException {
    if (body.length > MAX_BODY_BYTES) {
      throw new IllegalArgumentException(
          "expected a body of at most " + MAX_BODY_BYTES + " bytes, got " + body.length);
    }
    HttpRequest.Builder builder =
        HttpRequest.newBuilder(request, (name, value) -> true)
            .method(
                request.method(),
                body.length == 0
                    ? HttpRequest.BodyPublishers.noBody()
                    : HttpRequest.BodyPublishers.ofByteArray(body))
            .setHeader(IdentityClaims.HEADER, token.get());
    if (body.length > 0) {
      builder.setHeader("content-digest", ContentDigest.sha256Of(body));
    }
    SignedFields fields;
    try {
      fields = signer.sign(new View(builder.copy().build()), clock.instant());
    } catch (UnsignableMessageException e) {
      throw new IOException("the request cannot be signed: " + e.getMessage(), e);
    }
    return builder
        .header("signature-input", fields.signatureInput())
        .header("signature", fields.signature())
        .build();
  }

  private record View(HttpRequest request) implements RequestView {
    @Override
    public String method() {
      return request.method();
    }

    @Override
    public String scheme() {
      return request.uri().getScheme();
    }

    @Override
    public String authority() {
      URI uri = request.uri();
      return uri.getPort() < 0 ? uri.getHost() : uri.getHost() + ':' + uri.getPort();
    }

    @Override
    public String path() {
      return request.uri().getRawPath();
    }

    @Override
    public Optional<String> query() {
      return Optional.ofNullable(request.uri().getRawQuery());
    }

    @Override
    public List<String> fieldValues(String lowerCaseName) {
      return request.headers().allValues(lowerCaseName);
    }
  }
}
