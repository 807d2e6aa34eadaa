// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.launcher.workload;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.signet.protocol.AgentId;
import io.spiffe.bundle.x509bundle.X509Bundle;
import io.spiffe.exception.JwtSvidException;
import io.spiffe.provider.SpiffeSslContextFactory;
import io.spiffe.provider.SpiffeSslContextFactory.SslContextOptions;
import io.spiffe.spiffeid.SpiffeId;
import io.spiffe.spiffeid.TrustDomain;
import io.spiffe.svid.jwtsvid.JwtSvid;
import io.spiffe.svid.x509svid.X509SvidValidator;
import io.spiffe.workloadapi.DefaultJwtSource;
import io.spiffe.workloadapi.DefaultX509Source;
import io.spiffe.workloadapi.JwtSource;
import io.spiffe.workloadapi.JwtSourceOptions;
import io.spiffe.workloadapi.WorkloadApiClient;
import io.spiffe.workloadapi.X509Source;
import java.io.IOException;
import java.math.BigInteger;
import java.net.InetAddress;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLServerSocket;
import javax.net.ssl.SSLSocket;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

/** java-spiffe, unchanged, as agents use it. */
class JavaSpiffeIT {
  private static final Duration LONG = Duration.ofMinutes(5);
  private static final Duration PATIENCE = Duration.ofSeconds(10);
  private static final TrustDomain DOMAIN = TrustDomain.parse(TestAuthority.TRUST_DOMAIN);
  private static final AgentId OTHER =
      new AgentId("spiffe://" + TestAuthority.TRUST_DOMAIN + "/agent/two");

  @Test
  void sourceOfCertificatesComesUpWithAChainThatHolds() throws Exception {
    try (ServedApi served = ServedApi.of(LONG);
        DefaultX509Source source = served.x509(PATIENCE);
        WorkloadApiClient client = served.client()) {
      var svid = source.getX509Svid();
      assertThat(svid.getSpiffeId()).hasToString(ServedApi.AGENT.value());
      X509Bundle bundle = source.getBundleForTrustDomain(DOMAIN);
      X509SvidValidator.verifyChain(svid.getChain(), bundle);
      assertThat(client.fetchX509Bundles().getBundleForTrustDomain(DOMAIN)).isEqualTo(bundle);
    }
  }

  @Test
  void rotationAtHalfOfTheLifeArrivesOnTheLiveStream() throws Exception {
    try (ServedApi served = ServedApi.of(Duration.ofSeconds(4));
        DefaultX509Source source = served.x509(PATIENCE)) {
      BigInteger first = serial(source);
      byte[] key = source.getX509Svid().getPrivateKey().getEncoded();
      Awaitility.await()
          .between(Duration.ofSeconds(1), Duration.ofSeconds(4))
          .until(() -> !serial(source).equals(first));
      assertThat(source.getX509Svid().getPrivateKey().getEncoded()).isNotEqualTo(key);
    }
  }

  @Test
  void sourceWaitsWhileAttestationIsPendingAndThenComesUp() throws Exception {
    try (ServedApi served = ServedApi.of(LONG)) {
      served.authority.refusing = Issued.Absence.forNow("attestation is pending");
      CompletableFuture<DefaultX509Source> source =
          CompletableFuture.supplyAsync(() -> unchecked(() -> served.x509(PATIENCE)));
      Awaitility.await().during(Duration.ofSeconds(1)).until(() -> !source.isDone());
      served.authority.refusing = null;
      try (DefaultX509Source up = source.get(10, TimeUnit.SECONDS)) {
        assertThat(up.getX509Svid().getSpiffeId()).hasToString(ServedApi.AGENT.value());
      }
    }
  }

  @Test
  void sourceFindsTheServerAgainAfterItsEnd() throws Exception {
    try (ServedApi served = ServedApi.of(LONG);
        DefaultX509Source source = served.x509(PATIENCE)) {
      BigInteger first = serial(source);
      served.stop();
      assertThat(serial(source)).isEqualTo(first);
      served.start();
      Awaitility.await().atMost(PATIENCE).until(() -> !serial(source).equals(first));
    }
  }

  @Test
  void tokensAreIssuedForTheirAudienceAndValidated() throws Exception {
    try (ServedApi served = ServedApi.of(LONG);
        JwtSource source =
            DefaultJwtSource.newSource(
                JwtSourceOptions.builder()
                    .spiffeSocketPath("unix:" + served.socket)
                    .initTimeout(PATIENCE)
                    .build());
        WorkloadApiClient client = served.client()) {
      JwtSvid svid = source.fetchJwtSvid("https://tool.example", "second");
      assertThat(svid.getSpiffeId()).hasToString(ServedApi.AGENT.value());
      JwtSvid read =
          JwtSvid.parseAndValidate(
              svid.getToken(), source.getBundleForTrustDomain(DOMAIN), Set.of("second"));
      assertThat(read.getAudience()).containsExactly("https://tool.example", "second");
      assertThat(client.validateJwtSvid(svid.getToken(), "second").getSpiffeId())
          .isEqualTo(svid.getSpiffeId());
      assertThatThrownBy(() -> client.validateJwtSvid(svid.getToken(), "third"))
          .isInstanceOf(JwtSvidException.class)
          .hasStackTraceContaining("aud: it is not for the audience");
      assertThatThrownBy(
              () -> client.fetchJwtSvid(SpiffeId.parse(OTHER.value()), "https://tool.example"))
          .isInstanceOf(JwtSvidException.class)
          .hasStackTraceContaining("PERMISSION_DENIED");
    }
  }

  @Test
  void twoAgentsTalkByMutualTlsAndOnlyToWhomTheyExpect() throws Exception {
    try (ServedApi one = ServedApi.of(LONG);
        ServedApi two =
            new ServedApi(OTHER, new TestAuthority(OTHER, one.authority), ProcessHandle.current());
        DefaultX509Source serverSource = one.x509(PATIENCE);
        DefaultX509Source clientSource = two.x509(PATIENCE)) {
      assertThat(talk(serverSource, OTHER, clientSource, ServedApi.AGENT)).isEqualTo(42);
      assertThatThrownBy(() -> talk(serverSource, OTHER, clientSource, OTHER))
          .isInstanceOf(IOException.class);
      assertThatThrownBy(() -> talk(serverSource, ServedApi.AGENT, clientSource, ServedApi.AGENT))
          .isInstanceOf(IOException.class);
    }
  }

  /** What the client reads from the server, each expecting the other's id. */
  private static int talk(X509Source server, AgentId client, X509Source clientSource, AgentId asked)
      throws Exception {
    try (SSLServerSocket listening =
        (SSLServerSocket)
            context(server, client)
                .getServerSocketFactory()
                .createServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      listening.setNeedClientAuth(true);
      Thread.ofVirtual().start(() -> greet(listening));
      try (SSLSocket socket =
          (SSLSocket)
              context(clientSource, asked)
                  .getSocketFactory()
                  .createSocket(InetAddress.getLoopbackAddress(), listening.getLocalPort())) {
        socket.setSoTimeout(5000);
        int read = socket.getInputStream().read();
        if (read < 0) {
          throw new IOException("the server hung up");
        }
        return read;
      }
    }
  }

  private static void greet(SSLServerSocket listening) {
    try (var socket = listening.accept()) {
      socket.getOutputStream().write(42);
    } catch (IOException e) {
      // The client sees that nothing comes.
      return;
    }
  }

  private static SSLContext context(X509Source source, AgentId accepted) throws Exception {
    return SpiffeSslContextFactory.getSslContext(
        SslContextOptions.builder()
            .sslProtocol("TLSv1.3")
            .x509Source(source)
            .acceptedSpiffeIdsSupplier(() -> Set.of(SpiffeId.parse(accepted.value())))
            .build());
  }

  private static BigInteger serial(DefaultX509Source source) {
    return source.getX509Svid().getLeaf().getSerialNumber();
  }

  private interface Checked<T> {
    T get() throws Exception;
  }

  private static <T> T unchecked(Checked<T> work) {
    try {
      return work.get();
    } catch (Exception e) {
      throw new IllegalStateException(e);
    }
  }
}
