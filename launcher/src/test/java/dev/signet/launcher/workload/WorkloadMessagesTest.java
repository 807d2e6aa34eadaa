// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.launcher.workload;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Struct;
import com.google.protobuf.Value;
import io.spiffe.workloadapi.grpc.Workload;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Against the classes that SPIFFE's own definition generates, as java-spiffe has them. */
class WorkloadMessagesTest {
  private static final byte[] ONE = {1};
  private static final byte[] TWO = {2, 0, (byte) 0xff};

  @Test
  void answersAreWhatTheDefinitionSays() throws Exception {
    Workload.X509SVID x509 =
        Workload.X509SVIDResponse.parseFrom(WorkloadMessages.x509Svid("id", ONE, TWO, ONE))
            .getSvids(0);
    assertThat(x509.getSpiffeId()).isEqualTo("id");
    assertThat(x509.getX509Svid().toByteArray()).isEqualTo(ONE);
    assertThat(x509.getX509SvidKey().toByteArray()).isEqualTo(TWO);
    assertThat(x509.getBundle().toByteArray()).isEqualTo(ONE);
    assertThat(
            Workload.X509BundlesResponse.parseFrom(
                    WorkloadMessages.x509Bundles(Map.of("spiffe://a", TWO)))
                .getBundlesOrThrow("spiffe://a")
                .toByteArray())
        .isEqualTo(TWO);
    assertThat(
            Workload.JWTSVIDResponse.parseFrom(WorkloadMessages.jwtSvid("id", "token"))
                .getSvids(0)
                .getSvid())
        .isEqualTo("token");
    Struct claims = Struct.newBuilder().putFields("a", Value.newBuilder().build()).build();
    Workload.ValidateJWTSVIDResponse validated =
        Workload.ValidateJWTSVIDResponse.parseFrom(WorkloadMessages.validated("id", claims));
    assertThat(validated.getSpiffeId()).isEqualTo("id");
    assertThat(validated.getClaims()).isEqualTo(claims);
  }

  @Test
  void requestsAreReadAndWhatIsUnknownIsSkipped() throws Exception {
    Workload.JWTSVIDRequest jwt =
        Workload.JWTSVIDRequest.newBuilder().addAudience("a").addAudience("ü").build();
    byte[] more = new byte[jwt.getSerializedSize() + 3];
    System.arraycopy(jwt.toByteArray(), 0, more, 3, jwt.getSerializedSize());
    more[0] = 0x7a; // field 15, one byte
    more[1] = 1;
    assertThat(WorkloadMessages.jwtSvidRequest(more))
        .isEqualTo(new WorkloadMessages.JwtSvidRequest(jwt.getAudienceList(), ""));
    byte[] validate =
        Workload.ValidateJWTSVIDRequest.newBuilder()
            .setAudience("a")
            .setSvid("t")
            .build()
            .toByteArray();
    assertThat(WorkloadMessages.validateRequest(validate))
        .isEqualTo(new WorkloadMessages.ValidateRequest("a", "t"));
  }

  @Test
  void refusesWhatIsCutOrNotText() {
    byte[] cut = {0x0a, 5, 'a'};
    byte[] notText = {0x0a, 1, (byte) 0xff};
    for (byte[] message : new byte[][] {cut, notText}) {
      assertThatThrownBy(() -> WorkloadMessages.jwtSvidRequest(message))
          .isInstanceOf(InvalidProtocolBufferException.class);
    }
  }
}
