// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.launcher.egress;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.signet.protocol.MalformedMessageException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CredentialRulesTest {
  private static List<CredentialRule> parse(String rules) throws MalformedMessageException {
    return CredentialRules.parse(
        ("{\"version\":1,\"credentials\":[" + rules.replace('\'', '"') + "]}")
            .getBytes(StandardCharsets.UTF_8));
  }

  private static CredentialRule rule(String more) throws MalformedMessageException {
    return parse("{'secret':'llm','header':'authorization','template':'Bearer {}'," + more + "}")
        .getFirst();
  }

  private static boolean fits(CredentialRule rule, String method, String uri) throws Exception {
    return rule.fits(method, Target.parse(uri));
  }

  @Test
  void readsWhatTheGuideShows() throws Exception {
    List<CredentialRule> rules =
        parse(
            "{'secret':'llm','host':'api.llm.example','methods':['POST'],'path':'/v1/*',"
                + "'header':'authorization','template':'Bearer {}','signed':false},"
                + "{'secret':'maps','host':'*.maps.example:8443','query':'key'},"
                + "{'secret':'ci','host':'ci.example','basicUser':'bot','encodedAnswers':true}");
    assertThat(rules)
        .extracting(CredentialRule::placement)
        .containsExactly(
            new Placement.Header("authorization", new Placement.Template("Bearer ", "")),
            new Placement.Query("key", Placement.Template.ALONE),
            new Placement.Basic("bot"));
    assertThat(rules).extracting(CredentialRule::signed).containsExactly(false, true, true);
    assertThat(rules)
        .extracting(CredentialRule::encodedAnswers)
        .containsExactly(false, false, true);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "{'host':'a.example','header':'x-key'}",
        "{'secret':'llm','header':'x-key'}",
        "{'secret':'llm','host':'a.example'}",
        "{'secret':'llm','host':'a.example','header':'x-key','query':'key'}",
        "{'secret':'llm','host':'a.example','header':'x-key','basicUser':'u'}",
        "{'secret':'llm','host':'a.example','basicUser':'u','template':'{}'}",
        "{'secret':'llm','host':'a.example','basicUser':'u:v'}",
        "{'secret':'../llm','host':'a.example','header':'x-key'}",
        "{'secret':'llm','host':'*','header':'x-key'}",
        "{'secret':'llm','host':'*:443','header':'x-key'}",
        "{'secret':'llm','host':'a.example:*','header':'x-key'}",
        "{'secret':'llm','host':'https://a.example','header':'x-key'}",
        "{'secret':'llm','host':'a.example','path':'/a/../b','header':'x-key'}",
        "{'secret':'llm','host':'a.example','header':'x_key'}",
        "{'secret':'llm','host':'a.example','header':'x-key: y'}",
        "{'secret':'llm','host':'a.example','header':'Host'}",
        "{'secret':'llm','host':'a.example','header':'Content-Length'}",
        "{'secret':'llm','host':'a.example','header':'Transfer-Encoding'}",
        "{'secret':'llm','host':'a.example','header':'Proxy-Authorization'}",
        "{'secret':'llm','host':'a.example','header':'Signature'}",
        "{'secret':'llm','host':'a.example','header':'Workload-Identity-Token'}",
        "{'secret':'llm','host':'a.example','header':'X-HTTP-Method-Override'}",
        "{'secret':'llm','host':'a.example','header':'Content-Type'}",
        "{'secret':'llm','host':'a.example','query':'a b'}",
        "{'secret':'llm','host':'a.example','header':'x-key','template':'Bearer'}",
        "{'secret':'llm','host':'a.example','header':'x-key','template':'{} {}'}",
        "{'secret':'llm','host':'a.example','header':'x-key','template':'a\\n{}'}",
        "{'secret':'llm','host':'a.example','header':'x-key','template':' {}'}",
        "{'secret':'llm','host':'a.example','header':'x-key','singed':false}",
        "{'secret':'llm','host':'a.example','header':'x-key','signed':'no'}"
      })
  void refusesRulesThatCannotBe(String rule) {
    assertThatThrownBy(() -> parse(rule))
        .isInstanceOfAny(MalformedMessageException.class, IllegalArgumentException.class);
  }

  @Test
  void fitsItsHostAndPortOnly() throws Exception {
    CredentialRule rule = rule("'host':'api.example'");
    assertThat(fits(rule, "GET", "https://api.example/")).isTrue();
    assertThat(fits(rule, "GET", "https://API.example:443/x?y")).isTrue();
    for (String other :
        List.of(
            "https://api.example:8443/",
            "https://xapi.example/",
            "https://api.example.evil/",
            "https://api.example./",
            "https://sub.api.example/",
            "https://example/api.example")) {
      assertThat(fits(rule, "GET", other)).as(other).isFalse();
    }
    CredentialRule port = rule("'host':'api.example:8443'");
    assertThat(fits(port, "GET", "https://api.example:8443/")).isTrue();
    assertThat(fits(port, "GET", "https://api.example/")).isFalse();
  }

  @Test
  void starStandsForLabelsAndNotForPartsOfOne() throws Exception {
    CredentialRule rule = rule("'host':'*.maps.example'");
    assertThat(fits(rule, "GET", "https://a.b.maps.example/")).isTrue();
    assertThat(fits(rule, "GET", "https://maps.example/")).isFalse();
    assertThat(fits(rule, "GET", "https://evilmaps.example/")).isFalse();
  }

  @Test
  void fitsItsMethodsAndPaths() throws Exception {
    CredentialRule rule = rule("'host':'a.example','methods':['POST'],'path':'/v1/*'");
    assertThat(fits(rule, "POST", "https://a.example/v1/chat?x=%2e%2e")).isTrue();
    assertThat(fits(rule, "GET", "https://a.example/v1/chat")).isFalse();
    for (String path :
        List.of(
            "/v2/",
            "/v1",
            "/V1/x",
            "/v1/../admin",
            "/v1/%2e%2e/admin",
            "/v1/..%2fadmin",
            "/v1/x;/../../admin",
            "/v1//x",
            "/v1\\..\\admin")) {
      assertThat(fits(rule, "POST", "https://a.example" + path)).as(path).isFalse();
    }
  }
}
