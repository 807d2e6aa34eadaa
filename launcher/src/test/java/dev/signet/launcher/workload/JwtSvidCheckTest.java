// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.launcher.workload;

import static org.assertj.core.api.Assertions.assertThat;

import dev.signet.protocol.AgentId;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class JwtSvidCheckTest {
  private static final Instant NOW = Instant.parse("2026-11-28T12:00:00Z");
  private static final long T = NOW.getEpochSecond();
  private static final String ID = ServedApi.AGENT.value();
  private static TestAuthority authority;

  @BeforeAll
  static void makeKeys() throws Exception {
    authority = new TestAuthority(ServedApi.AGENT, Duration.ofMinutes(5));
  }

  @Test
  void acceptsATokenInTimeForOneOfItsAudiences() {
    for (String aud : new String[] {"\"us\"", "[\"us\"]", "[\"them\",\"us\"]"}) {
      assertThat(check(token(ID, aud, "\"exp\":" + (T + 1) + ",\"nbf\":" + T)))
          .isInstanceOfSatisfying(
              JwtSvidCheck.Result.Valid.class,
              valid -> {
                assertThat(valid.id()).isEqualTo(new AgentId(ID));
                assertThat(Claims.struct(valid.claims()).getFieldsMap()).containsKey("aud");
              });
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "exp: it ended                | \"us\"        | \"exp\":0",
        "exp: it ended                | \"us\"        | \"exp\":NOW",
        "exp: expected a whole number | \"us\"        | \"iat\":1",
        "exp: expected a whole number | \"us\"        | \"exp\":\"NOW9\"",
        "exp: expected a whole number | \"us\"        | \"exp\":9.5e300",
        "nbf: expected                | \"us\"        | \"exp\":NOW9,\"nbf\":NOW8",
        "nbf: expected                | \"us\"        | \"exp\":NOW9,\"nbf\":\"1\"",
        "aud: it is not               | \"them\"      | \"exp\":NOW9",
        "aud: it is not               | [\"them\"]    | \"exp\":NOW9",
        "aud: it is not               | []            | \"exp\":NOW9",
        "aud: it is not               | {\"us\":\"us\"} | \"exp\":NOW9,\"x\":1",
        "aud: it is not               | null          | \"exp\":NOW9"
      })
  void refusesTokensOutOfTimeOrForOthers(String why, String aud, String claims) {
    // NOW9 is in ninety seconds, NOW8 in eighty.
    String filled =
        claims
            .replace("NOW9", Long.toString(T + 90))
            .replace("NOW8", Long.toString(T + 80))
            .replace("NOW", Long.toString(T));
    assertInvalid(check(token(ID, aud, filled)), why);
  }

  @Test
  void refusesAnotherTrustDomainAndNoId() {
    String exp = "\"exp\":" + (T + 90);
    assertInvalid(
        check(token("spiffe://other.test/agent/one", "\"us\"", exp)), "sub: expected an id of");
    assertInvalid(check(token("agent", "\"us\"", exp)), "sub: expected a SPIFFE ID");
    String without = "{\"aud\":\"us\"," + exp + "}";
    assertInvalid(check(signed("JWT", without)), "sub: expected a SPIFFE ID");
  }

  @Test
  void refusesOtherKeysOtherTypesAndChangedBytes() throws Exception {
    String exp = "\"exp\":" + (T + 90);
    TestAuthority other = new TestAuthority(ServedApi.AGENT, Duration.ofMinutes(5));
    String claims = "{\"sub\":\"" + ID + "\",\"aud\":\"us\"," + exp + "}";
    String foreign = other.sign("JWT", claims.getBytes(StandardCharsets.UTF_8));
    assertInvalid(check(foreign), "kid: not a key");
    String own = token(ID, "\"us\"", exp);
    String ownHead = own.substring(0, own.indexOf('.'));
    assertInvalid(
        check(ownHead + foreign.substring(foreign.indexOf('.'))), "the signature is not by");
    assertInvalid(check(signed("wit+jwt", claims)), "no JWT-SVID");
    assertInvalid(check(own + "."), "no JWT-SVID");
    assertInvalid(check(""), "no JWT-SVID");
    assertInvalid(
        check(signed("JWT", claims.replace("\"aud\"", "\"sub\":\"x\",\"aud\""))), "no JWT-SVID");
  }

  private static JwtSvidCheck.Result check(String token) {
    return JwtSvidCheck.check(token, "us", TestAuthority.TRUST_DOMAIN, authority.keys(), NOW);
  }

  private static String token(String sub, String aud, String more) {
    return signed("JWT", "{\"sub\":\"" + sub + "\",\"aud\":" + aud + "," + more + "}");
  }

  private static String signed(String typ, String claims) {
    return authority.sign(typ, claims.getBytes(StandardCharsets.UTF_8));
  }

  private static void assertInvalid(JwtSvidCheck.Result result, String why) {
    assertThat(result)
        .isInstanceOfSatisfying(
            JwtSvidCheck.Result.Invalid.class, i -> assertThat(i.why()).startsWith(why));
  }
}
