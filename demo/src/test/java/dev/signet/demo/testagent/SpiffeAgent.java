// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.demo.testagent;

import io.spiffe.provider.SpiffeSslContextFactory;
import io.spiffe.provider.SpiffeSslContextFactory.SslContextOptions;
import io.spiffe.spiffeid.SpiffeId;
import io.spiffe.workloadapi.DefaultWorkloadApiClient;
import io.spiffe.workloadapi.DefaultX509Source;
import io.spiffe.workloadapi.WorkloadApiClient;
import io.spiffe.workloadapi.X509Source;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Set;
import java.util.logging.Level;
import java.util.logging.Logger;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLServerSocket;

/**
 * A program that knows SPIFFE and nothing of Signet: it finds the Workload API by {@code
 * SPIFFE_ENDPOINT_SOCKET}, and does what its standard input says.
 */
public final class SpiffeAgent {
  private SpiffeAgent() {}

  public static void main(String[] args) throws Exception {
    // Its own errors are answers here; java-spiffe writes each retry besides.
    Logger.getLogger("").setLevel(Level.OFF);
    System.out.println("ready");
    BufferedReader in =
        new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    X509Source source = null;
    for (String line = in.readLine(); line != null; line = in.readLine()) {
      String[] words = line.split(" ");
      try {
        if (source == null && !words[0].equals("endpoint") && !words[0].equals("once")) {
          source = source();
        }
        System.out.println(answer(words, source));
      } catch (Exception e) {
        System.out.println("failed: " + causes(e));
      }
    }
    System.exit(0);
  }

  private static String answer(String[] words, X509Source source) throws Exception {
    return switch (words[0]) {
      case "endpoint" -> System.getenv("SPIFFE_ENDPOINT_SOCKET");
      case "id" -> source.getX509Svid().getSpiffeId().toString();
      case "serial" -> source.getX509Svid().getLeaf().getSerialNumber().toString(16);
      case "once" -> once();
      case "jwt" -> jwt(words[1]);
      case "serve" -> serve(source, words[1]);
      case "talk" -> talk(source, Integer.parseInt(words[1]), words[2]);
      default -> "unknown: " + words[0];
    };
  }

  private static X509Source source() throws Exception {
    return DefaultX509Source.newSource(
        DefaultX509Source.X509SourceOptions.builder().initTimeout(Duration.ofSeconds(30)).build());
  }

  /** One call, without retries. */
  private static String once() throws Exception {
    try (WorkloadApiClient client = DefaultWorkloadApiClient.newClient()) {
      return client.fetchX509Context().getDefaultSvid().getSpiffeId().toString();
    }
  }

  private static String jwt(String audience) throws Exception {
    try (WorkloadApiClient client = DefaultWorkloadApiClient.newClient()) {
      String token = client.fetchJwtSvid(audience).getToken();
      return client.validateJwtSvid(token, audience).getSpiffeId() + " " + token;
    }
  }

  /** Greets one client after another; gives the port. */
  private static String serve(X509Source source, String accepted) throws Exception {
    SSLServerSocket listening =
        (SSLServerSocket)
            context(source, accepted)
                .getServerSocketFactory()
                .createServerSocket(0, 5, InetAddress.getLoopbackAddress());
    listening.setNeedClientAuth(true);
    Thread.ofPlatform()
        .daemon()
        .start(
            () -> {
              while (true) {
                try (var socket = listening.accept()) {
                  socket.getOutputStream().write("hello\n".getBytes(StandardCharsets.US_ASCII));
                } catch (IOException e) {
                  System.err.println("a client was refused: " + e.getMessage());
                }
              }
            });
    return Integer.toString(listening.getLocalPort());
  }

  private static String talk(X509Source source, int port, String accepted) throws Exception {
    try (var socket =
        context(source, accepted)
            .getSocketFactory()
            .createSocket(InetAddress.getLoopbackAddress(), port)) {
      socket.setSoTimeout(10_000);
      return new BufferedReader(
              new InputStreamReader(socket.getInputStream(), StandardCharsets.US_ASCII))
          .readLine();
    }
  }

  private static SSLContext context(X509Source source, String accepted) throws Exception {
    return SpiffeSslContextFactory.getSslContext(
        SslContextOptions.builder()
            .sslProtocol("TLSv1.3")
            .x509Source(source)
            .acceptedSpiffeIdsSupplier(() -> Set.of(SpiffeId.parse(accepted)))
            .build());
  }

  private static String causes(Throwable thrown) {
    StringBuilder all = new StringBuilder();
    for (Throwable t = thrown; t != null; t = t.getCause()) {
      all.append(t).append("; ");
    }
    return all.toString().replaceAll("\\s+", " ");
  }
}
