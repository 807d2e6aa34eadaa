// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.launcher.workload;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.nimbusds.jose.crypto.ECDSAVerifier;
import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jwt.SignedJWT;
import dev.signet.protocol.AgentId;
import dev.signet.protocol.StrictJson;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.spiffe.workloadapi.grpc.Workload;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.Iterator;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class WorkloadApiIT {
  private static final byte[] NOTHING = {};
  private static ServedApi served;
  private static RawCalls calls;

  @BeforeAll
  static void serve() throws Exception {
    served = ServedApi.of(Duration.ofMinutes(5));
    calls = new RawCalls(served.socket, "true");
  }

  @AfterAll
  static void stop() throws Exception {
    calls.close();
    served.close();
  }

  @BeforeEach
  void grant() {
    served.authority.refusing = null;
    served.authority.away = false;
  }

  @Test
  void refusesCallsWithoutTheSecurityHeader() {
    for (String[] values : new String[][] {{}, {"false"}, {"True"}, {"true", "true"}}) {
      try (RawCalls without = new RawCalls(served.socket, values)) {
        assertStatus(
            () -> without.stream("FetchX509SVID", NOTHING).next(),
            Status.Code.INVALID_ARGUMENT,
            "security header missing");
      }
    }
  }

  @Test
  void attack65RefusesAnotherProcessOfTheSameUser() throws Exception {
    Process agent = new ProcessBuilder("sleep", "60").start();
    try (ServedApi another = new ServedApi(ServedApi.AGENT, served.authority, agent.toHandle());
        RawCalls stranger = new RawCalls(another.socket, "true")) {
      int before = served.authority.certificates.get();
      assertStatus(
          () -> stranger.stream("FetchX509SVID", NOTHING).next(), Status.Code.UNAVAILABLE, "");
      assertThat(served.authority.certificates).hasValue(before);
    } finally {
      agent.destroyForcibly();
    }
  }

  @Test
  void socketIsForItsOwnerAlone() throws Exception {
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(served.socket)))
        .isEqualTo("rw-------");
  }

  @Test
  void witIsBoundToTheKeyThatComesWithIt() throws Exception {
    Iterator<byte[]> stream = calls.stream("FetchWITSVID", NOTHING);
    // WITSVIDResponse and JWTSVIDResponse have the same first fields; the key is field 3.
    Workload.JWTSVID svid = Workload.JWTSVIDResponse.parseFrom(stream.next()).getSvids(0);
    assertThat(svid.getSpiffeId()).isEqualTo(ServedApi.AGENT.value());
    ECKey key = ECKey.parse(svid.getHint());
    assertThat(key.isPrivate()).isTrue();
    SignedJWT wit = SignedJWT.parse(svid.getSvid());
    assertThat(wit.getHeader().getType()).hasToString("wit+jwt");
    JsonNode claims = StrictJson.tree(wit.getPayload().toBytes(), 4096);
    assertThat(ECKey.parse(claims.at("/cnf/jwk").toString()).computeThumbprint())
        .isEqualTo(key.computeThumbprint());
    assertThat(claims.at("/cnf/jwk/alg").asText()).isEqualTo("ES256");
    assertThat(claims.has("aud")).isFalse();

    byte[] bundles = calls.stream("FetchWITBundles", NOTHING).next();
    String set =
        Workload.JWTBundlesResponse.parseFrom(bundles)
            .getBundlesOrThrow("spiffe://" + TestAuthority.TRUST_DOMAIN)
            .toStringUtf8();
    ECKey signer = (ECKey) JWKSet.parse(set).getKeyByKeyId(wit.getHeader().getKeyID());
    assertThat(wit.verify(new ECDSAVerifier(signer))).isTrue();
  }

  @Test
  void answersForItsOwnIdOnly() throws Exception {
    Workload.JWTSVIDRequest own =
        Workload.JWTSVIDRequest.newBuilder()
            .addAudience("a")
            .setSpiffeId(ServedApi.AGENT.value())
            .build();
    assertThat(
            Workload.JWTSVIDResponse.parseFrom(calls.unary("FetchJWTSVID", own.toByteArray()))
                .getSvidsCount())
        .isEqualTo(1);
    byte[] other =
        own.toBuilder().setSpiffeId("spiffe://signet.test/agent/two").build().toByteArray();
    assertStatus(
        () -> calls.unary("FetchJWTSVID", other), Status.Code.PERMISSION_DENIED, "nobody else");
    byte[] otherWit =
        Workload.JWTSVIDRequest.newBuilder()
            .addAudience("spiffe://signet.test/x")
            .build()
            .toByteArray(); // field 1 of WITSVIDRequest is the id
    assertStatus(
        () -> calls.stream("FetchWITSVID", otherWit).next(),
        Status.Code.PERMISSION_DENIED,
        "nobody else");
  }

  @Test
  void refusesWhatIsNoRequest() {
    byte[] groupEnd = {0x0c};
    byte[] tooLong = ByteBuffer.allocate(40_000).array();
    assertStatus(
        () -> calls.stream("FetchX509SVID", groupEnd).next(), Status.Code.INVALID_ARGUMENT, "");
    assertStatus(() -> calls.unary("FetchJWTSVID", NOTHING), Status.Code.INVALID_ARGUMENT, "");
    assertStatus(() -> calls.unary("FetchJWTSVID", tooLong), Status.Code.RESOURCE_EXHAUSTED, "");
    Workload.JWTSVIDRequest.Builder many = Workload.JWTSVIDRequest.newBuilder();
    for (int i = 0; i < 17; i++) {
      many.addAudience("a" + i);
    }
    assertStatus(
        () -> calls.unary("FetchJWTSVID", many.build().toByteArray()),
        Status.Code.INVALID_ARGUMENT,
        "1 to 16");
    assertStatus(() -> calls.unary("ValidateJWTSVID", NOTHING), Status.Code.INVALID_ARGUMENT, "");
    assertStatus(() -> calls.unary("FetchEverything", NOTHING), Status.Code.UNIMPLEMENTED, "");
  }

  @Test
  void saysUnavailableForWhatMayComeAndDeniedForWhatMayNot() throws Exception {
    try (ServedApi own = ServedApi.of(Duration.ofMinutes(5));
        RawCalls raw = new RawCalls(own.socket, "true")) {
      byte[] jwt = Workload.JWTSVIDRequest.newBuilder().addAudience("a").build().toByteArray();
      own.authority.away = true;
      assertStatus(
          () -> raw.stream("FetchX509SVID", NOTHING).next(),
          Status.Code.UNAVAILABLE,
          "cannot be reached");
      assertStatus(() -> raw.unary("FetchJWTSVID", jwt), Status.Code.UNAVAILABLE, "reached");
      own.authority.away = false;
      own.authority.refusing = Issued.Absence.notPermitted("not in the registration");
      assertStatus(
          () -> raw.stream("FetchWITSVID", NOTHING).next(),
          Status.Code.PERMISSION_DENIED,
          "not in the registration");
      assertStatus(
          () -> raw.unary("FetchJWTSVID", jwt), Status.Code.PERMISSION_DENIED, "registration");
    }
  }

  @Test
  void streamEndsAsUnavailableWhenTheIdentityIsRefusedAndWhenTheLauncherEnds() throws Exception {
    ServedApi own = ServedApi.of(Duration.ofSeconds(2));
    try (RawCalls raw = new RawCalls(own.socket, "true")) {
      Iterator<byte[]> stream = raw.stream("FetchX509SVID", NOTHING);
      stream.next();
      own.authority.refusing = Issued.Absence.forNow("revoked");
      assertStatus(() -> drain(stream), Status.Code.UNAVAILABLE, "revoked");
      own.authority.refusing = null;
      Iterator<byte[]> bundles = raw.stream("FetchX509Bundles", NOTHING);
      bundles.next();
      own.stop();
      assertStatus(() -> drain(bundles), Status.Code.UNAVAILABLE, "the launcher ends");
    } finally {
      own.close();
    }
  }

  @Test
  void givesOutNothingAnyMoreOnceTheIdentityIsLostThoughItHasNotEnded() throws Exception {
    try (ServedApi own = ServedApi.of(Duration.ofMinutes(5));
        RawCalls raw = new RawCalls(own.socket, "true")) {
      Iterator<byte[]> stream = raw.stream("FetchX509SVID", NOTHING);
      stream.next();
      own.authority.lost = Issued.Absence.forNow("revoked");
      own.authority.refusing = own.authority.lost;
      assertStatus(() -> drain(stream), Status.Code.UNAVAILABLE, "revoked");
      assertStatus(
          () -> raw.stream("FetchX509SVID", NOTHING).next(), Status.Code.UNAVAILABLE, "revoked");
    }
  }

  @Test
  void stopsCertificatesThatAreNotWhatWasAskedFor() throws Exception {
    try (ServedApi own = ServedApi.of(Duration.ofMinutes(5));
        RawCalls raw = new RawCalls(own.socket, "true")) {
      own.authority.otherKey = SvidKey.generate(new java.security.SecureRandom()).publicKey();
      assertStatus(
          () -> raw.stream("FetchX509SVID", NOTHING).next(),
          Status.Code.UNAVAILABLE,
          "for another key");
    }
    try (ServedApi own = ServedApi.of(Duration.ofMinutes(5));
        RawCalls raw = new RawCalls(own.socket, "true")) {
      own.authority.otherAgent = new AgentId("spiffe://signet.test/agent/two");
      assertStatus(
          () -> raw.stream("FetchX509SVID", NOTHING).next(),
          Status.Code.UNAVAILABLE,
          "expected spiffe://signet.test/agent/one");
    }
  }

  private static void drain(Iterator<byte[]> stream) {
    while (stream.hasNext()) {
      assertThat(stream.next()).isNotEmpty();
    }
    throw new AssertionError("the stream ended well");
  }

  private static void assertStatus(ThrowingCallable call, Status.Code code, String words) {
    assertThatThrownBy(call)
        .isInstanceOfSatisfying(
            StatusRuntimeException.class,
            e -> {
              assertThat(e.getStatus().getCode()).as(e.getMessage()).isEqualTo(code);
              assertThat(e.getMessage()).contains(words);
            });
  }
}
