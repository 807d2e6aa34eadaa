// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.launcher.egress.permission;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.signet.protocol.EgressPermission;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class EgressPolicyTest {
  private static final InetAddress PUBLIC = InetAddress.ofLiteral("93.184.216.34");

  private static List<EgressPermission> rules(String... rules) {
    return Stream.of(rules).map(EgressPermission::parse).toList();
  }

  private static EgressPolicy policy(String... rules) {
    return new EgressPolicy(rules(rules), OperatorRules.NONE, name -> List.of(PUBLIC));
  }

  private static EgressPolicy narrowed(List<EgressPermission> signed, String... only) {
    return new EgressPolicy(
        signed, new OperatorRules(Optional.of(rules(only)), List.of()), name -> List.of(PUBLIC));
  }

  /** {@code GET https://host:port/path}. */
  private static Judgement ask(EgressPolicy policy, String request) {
    Matcher form =
        Pattern.compile("(\\S+) (https?)://(\\[[^]]*]|[^:/]*)(?::(\\d+))?(/.*)").matcher(request);
    assertThat(form.matches()).as(request).isTrue();
    return policy.request(form.group(1), destination(form), form.group(5));
  }

  private static Destination destination(Matcher form) {
    String scheme = form.group(2);
    int port =
        form.group(4) != null ? Integer.parseInt(form.group(4)) : scheme.equals("https") ? 443 : 80;
    return new Destination(scheme, form.group(3), port);
  }

  private static void assertPermits(String rule, String request) {
    assertThat(ask(policy(rule), request))
        .as("%s permits %s", rule, request)
        .isInstanceOf(Judgement.Permitted.class);
  }

  private static void assertRefuses(String rule, String request) {
    assertThat(ask(policy(rule), request))
        .as("%s does not permit %s", rule, request)
        .isInstanceOf(Judgement.Refused.class);
  }

  @Test
  void silencePermitsNothing() {
    assertThat(ask(policy(), "GET https://a.example/")).isInstanceOf(Judgement.Refused.class);
    EgressPolicy unsaid = new EgressPolicy(null, OperatorRules.NONE, name -> List.of(PUBLIC));
    assertThat(ask(unsaid, "GET https://a.example/")).isInstanceOf(Judgement.Refused.class);
    assertThat(unsaid.connect(new Destination("https", "a.example", 443)))
        .isInstanceOf(Judgement.Refused.class);
    assertThat(unsaid.tunnel(new Destination("https", "a.example", 443)))
        .isInstanceOf(Judgement.Refused.class);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "GET a.example/v1/* | GET https://a.example/v1/x",
        "GET a.example/v1/* | GET http://a.example/v1/",
        "GET a.example/v1/* | GET https://a.example/v1/x?u=/../%2f;",
        "GET a.example/v1/* | GET https://a.example/v1/%61",
        "GET a.example/v1   | GET https://a.example/v1",
        "GET a.example/v1   | GET https://a.example/%761?a=b",
        "GET a.example/     | GET https://a.example/",
        "GET,PUT a.example  | PUT https://a.example/any%2fthing/..",
        "* a.example        | PURGE https://a.example/",
        "* a.example        | m-search https://a.example/",
        "GET a.example:8443 | GET https://a.example:8443/",
        "GET a.example:443  | GET http://a.example:443/",
        "GET a.example:*    | GET http://a.example:65535/",
        "GET *.a.example    | GET https://b.a.example/",
        "GET *.a.example    | GET https://c.b.a.example/",
        "GET *              | GET https://whatever.example/",
        "GET *              | GET https://93.184.216.34/",
        "GET 10.0.0.5:80    | GET http://10.0.0.5/",
        "GET [2001:db8::1]  | GET https://[2001:db8:0::1]/",
      })
  void permitsWhatTheRuleSays(String rule, String request) {
    assertPermits(rule, request);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "GET a.example/v1/* | POST https://a.example/v1/x",
        "GET a.example/v1/* | get https://a.example/v1/x",
        "GET a.example/v1/* | GETX https://a.example/v1/x",
        "GET a.example/v1/* | GET https://a.example/v1",
        "GET a.example/v1/* | GET https://a.example/V1/x",
        "GET a.example/v1/* | GET https://a.example/v10/x",
        "GET a.example/v1/* | GET https://a.example/?/v1/x",
        "GET a.example/v1/* | GET https://a.example/v1/../v2",
        "GET a.example/v1/* | GET https://a.example/v1/%2e%2e/v2",
        "GET a.example/v1/* | GET https://a.example/v1/..;/v2",
        "GET a.example/v1/* | GET https://a.example/v1/..%2fv2",
        "GET a.example/v1/* | GET https://a.example/v1/..\\v2",
        "GET a.example/v1/* | GET https://a.example/v1//x",
        "GET a.example/v1/* | GET https://a.example//v1/x",
        "GET a.example/v1   | GET https://a.example/v1/",
        "GET a.example/v1   | GET https://a.example/v1;x",
        "GET a.example      | GET https://a.example:8443/",
        "GET a.example      | GET https://a.example:80/",
        "GET a.example:8443 | GET https://a.example/",
        "GET a.example:80   | GET https://a.example/",
        "GET a.example      | GET https://b.example/",
        "GET a.example      | GET https://a.example.b/",
        "GET a.example      | GET https://xa.example/",
        "GET a.example      | GET https://b.a.example/",
        "GET a.example      | GET https://a.example./",
        "GET *.a.example    | GET https://a.example/",
        "GET *.a.example    | GET https://xa.example/",
        "GET *.a.example    | GET https://.a.example/",
        "GET *.a.example    | GET https://x..a.example/",
        "GET *.a.example    | GET https://x.a.example./",
        "GET *              | GET https://a.example:8443/",
        "GET *              | GET http://2130706433/",
        "GET *              | GET http://0x7f000001/",
        "GET *              | GET http://0x7f.1/",
        "GET *              | GET http://017700000001/",
        "GET *              | GET http://127.1/",
        "GET *              | GET http://127.0.0.01/",
        "GET *              | GET http://127.0.0.1./",
        "GET *              | GET http://a.example.0x7f/",
        "GET *              | GET http://[::ffff:127.0.0.1]/",
        "GET *              | GET http://[127.0.0.1]/",
        "GET *              | GET http://[::1%251]/",
        "GET 127.0.0.1      | GET http://0177.0.0.1/",
        "GET 10.0.0.5       | GET http://10.0.0.50/",
        "GET localhost      | GET http://127.0.0.1/",
      })
  void refusesWhatTheRuleDoesNotSay(String rule, String request) {
    assertRefuses(rule, request);
  }

  @Test
  void refusalTellsTheRuleThatWouldPermitItAndNoOther() {
    EgressPolicy policy = policy("GET secret.example/plans/*");
    for (String request :
        List.of(
            "POST https://a.example:8443/v1/%61?key=secret",
            "GET http://[2001:db8::1]/x",
            "GET https://a.example/a/../b",
            "m-search http://my_service/x")) {
      String detail = ((Judgement.Refused) ask(policy, request)).detail();
      assertThat(detail).doesNotContain("secret", "plans", "key=");
      Matcher rule = Pattern.compile("--egress \"(.*?)\"").matcher(detail);
      assertThat(rule.find()).as(detail).isTrue();
      assertPermits(rule.group(1), request);
    }
    assertThat(((Judgement.Refused) ask(policy, "GET https://a.example/a/../b")).detail())
        .contains("can be read in two ways (a segment of dots)");
  }

  @Test
  void bothTheStatementAndTheOperatorMustPermit() {
    EgressPolicy policy =
        narrowed(rules("GET,POST a.example"), "GET a.example/v1/*", "GET b.example");
    assertThat(ask(policy, "GET https://a.example/v1/x")).isInstanceOf(Judgement.Permitted.class);
    assertThat(ask(policy, "POST https://a.example/v1/x"))
        .isInstanceOfSatisfying(
            Judgement.Refused.class, r -> assertThat(r.detail()).contains("--egress-only \"POST"));
    assertThat(ask(policy, "GET https://b.example/"))
        .isInstanceOfSatisfying(
            Judgement.Refused.class, r -> assertThat(r.detail()).contains("--egress \"GET"));
    assertThat(ask(narrowed(rules("* *")), "GET https://a.example/"))
        .isInstanceOf(Judgement.Refused.class);
  }

  @Test
  void connectionsNeedSomeRuleAndTunnelsOneForEverything() {
    EgressPolicy policy = policy("GET a.example/v1/*", "* b.example/*", "* c.example/v1/*");
    Destination a = new Destination("https", "a.example", 443);
    Destination b = new Destination("https", "b.example", 443);
    Destination c = new Destination("https", "c.example", 443);
    Destination other = new Destination("https", "a.example", 8443);
    assertThat(policy.connect(a)).isInstanceOf(Judgement.Permitted.class);
    assertThat(policy.connect(b)).isInstanceOf(Judgement.Permitted.class);
    assertThat(policy.connect(other)).isInstanceOf(Judgement.Refused.class);
    assertThat(policy.tunnel(a)).isInstanceOf(Judgement.Refused.class);
    assertThat(policy.tunnel(b)).isInstanceOf(Judgement.Permitted.class);
    assertThat(policy.tunnel(c)).isInstanceOf(Judgement.Refused.class);
  }

  private static Resolution resolve(
      List<EgressPermission> signed, List<String> allowed, String host, String... answers)
      throws Exception {
    OperatorRules operator =
        new OperatorRules(Optional.empty(), allowed.stream().map(AddressRange::parse).toList());
    NameResolver resolver = name -> Stream.of(answers).map(InetAddress::ofLiteral).toList();
    return new EgressPolicy(signed, operator, resolver)
        .addresses("GET", new Destination("http", host, 80), "/x");
  }

  @Test
  void namesLeadToPublicAddressesOnly() throws Exception {
    List<EgressPermission> signed = rules("GET *", "GET a.example");
    assertThat(resolve(signed, List.of(), "a.example", "93.184.216.34", "2606:2800::1"))
        .isEqualTo(new Resolution.Usable(List.of(PUBLIC, InetAddress.ofLiteral("2606:2800::1"))));
    for (String special :
        List.of("127.0.0.1", "10.0.0.5", "169.254.169.254", "::1", "fd00::1", "64:ff9b::a00:5")) {
      assertThat(resolve(signed, List.of(), "a.example", special))
          .as(special)
          .isInstanceOf(Resolution.Refused.class);
      assertThat(resolve(signed, List.of(), "a.example", "93.184.216.34", special))
          .as("beside a public one: %s", special)
          .isInstanceOf(Resolution.Refused.class);
    }
  }

  @Test
  void addressIsUsedWhereItIsNamed() throws Exception {
    assertThat(resolve(rules("GET 10.0.0.5"), List.of(), "10.0.0.5"))
        .isInstanceOf(Resolution.Usable.class);
    assertThat(resolve(rules("GET [fd00::1]"), List.of(), "[fd00:0::1]"))
        .isInstanceOf(Resolution.Usable.class);
    assertThat(resolve(rules("GET localhost"), List.of(), "localhost", "127.0.0.1", "::1"))
        .isInstanceOf(Resolution.Usable.class);
  }

  @Test
  void addressIsNotNamedByARuleForSomethingElse() throws Exception {
    List<EgressPermission> signed =
        rules("GET *", "POST 10.0.0.5", "GET 10.0.0.5/health", "GET 10.0.0.5:8080");
    assertThat(resolve(signed, List.of(), "10.0.0.5")).isInstanceOf(Resolution.Refused.class);
    assertThat(resolve(rules("GET *"), List.of(), "localhost", "127.0.0.1"))
        .isInstanceOf(Resolution.Refused.class);
    assertThat(resolve(rules("GET *.localhost"), List.of(), "x.localhost", "127.0.0.1"))
        .isInstanceOf(Resolution.Refused.class);
    assertThat(resolve(rules("GET localhost"), List.of(), "localhost", "127.0.0.1", "10.0.0.5"))
        .isInstanceOf(Resolution.Refused.class);
    assertThat(resolve(rules("GET localhost"), List.of(), "localhost", "169.254.169.254"))
        .isInstanceOf(Resolution.Refused.class);
  }

  @Test
  void operatorAllowsAddressesBehindNames() throws Exception {
    List<EgressPermission> signed = rules("GET *");
    assertThat(resolve(signed, List.of("10.0.0.0/8"), "a.example", "10.1.2.3"))
        .isInstanceOf(Resolution.Usable.class);
    assertThat(resolve(signed, List.of("10.0.0.0/8"), "10.1.2.3"))
        .isInstanceOf(Resolution.Usable.class);
    assertThat(resolve(signed, List.of("10.0.0.0/8"), "a.example", "10.1.2.3", "192.168.0.1"))
        .isInstanceOf(Resolution.Refused.class);
    assertThat(resolve(signed, List.of("64:ff9b::/96"), "a.example", "64:ff9b::5db8:d822"))
        .isInstanceOf(Resolution.Usable.class);
    assertThat(resolve(signed, List.of("64:ff9b::/96"), "a.example", "64:ff9b::a00:5"))
        .as("a private address behind the translator")
        .isInstanceOf(Resolution.Refused.class);
  }

  @Test
  void agentIsNotToldTheAddressBehindAName() throws Exception {
    assertThat(resolve(rules("GET *"), List.of(), "a.example", "10.0.0.5"))
        .isInstanceOfSatisfying(
            Resolution.Refused.class,
            refused -> {
              assertThat(refused.detail())
                  .contains("private (RFC 1918)", "--allow-address")
                  .doesNotContain("10.0.0.5");
              assertThat(refused.address().getHostAddress()).isEqualTo("10.0.0.5");
            });
  }

  @Test
  void whatIsRememberedOfANameIsJudgedAtEveryRequest() throws Exception {
    List<String> answers = new ArrayList<>(List.of("93.184.216.34", "127.0.0.1"));
    AtomicLong now = new AtomicLong();
    EgressPolicy policy =
        new EgressPolicy(
            rules("GET *"),
            OperatorRules.NONE,
            new RecentNames(
                name -> List.of(InetAddress.ofLiteral(answers.removeFirst())), now::get));
    Destination host = new Destination("http", "a.example", 80);

    assertThat(policy.knownAddresses("GET", host, "/")).isEmpty();
    assertThat(policy.addresses("GET", host, "/")).isInstanceOf(Resolution.Usable.class);
    assertThat(policy.knownAddresses("GET", host, "/"))
        .contains(new Resolution.Usable(List.of(PUBLIC)));

    now.addAndGet(RecentNames.LIFE.toNanos());
    assertThat(policy.knownAddresses("GET", host, "/")).as("too old").isEmpty();
    assertThat(policy.addresses("GET", host, "/")).isInstanceOf(Resolution.Refused.class);
    assertThat(policy.knownAddresses("GET", host, "/"))
        .get()
        .isInstanceOf(Resolution.Refused.class);
  }

  @Test
  void knownAddressesOfLiteralsAreJudgedToo() {
    EgressPolicy policy = new EgressPolicy(rules("GET *"), OperatorRules.NONE, NameResolver.SYSTEM);
    Function<String, Optional<Resolution>> known =
        host -> policy.knownAddresses("GET", new Destination("http", host, 80), "/x");
    assertThat(known.apply("93.184.216.34")).get().isInstanceOf(Resolution.Usable.class);
    assertThat(known.apply("127.0.0.1")).get().isInstanceOf(Resolution.Refused.class);
    assertThat(known.apply("2130706433")).isEmpty();
    assertThat(known.apply("localhost")).as("must be asked for").isEmpty();
  }

  @Test
  void noNameServerIsAskedForAddressesAndOddHosts() {
    NameResolver fails =
        name -> {
          throw new AssertionError("asked for " + name);
        };
    EgressPolicy policy = new EgressPolicy(rules("GET *"), OperatorRules.NONE, fails);
    for (String host : List.of("93.184.216.34", "[2606:2800::1]")) {
      assertThat(addresses(policy, host)).isInstanceOf(Resolution.Usable.class);
    }
    for (String host : List.of("2130706433", "0x7f.1", "[::ffff:1.2.3.4]")) {
      assertThatThrownBy(() -> policy.addresses("GET", new Destination("http", host, 80), "/x"))
          .isInstanceOf(UnknownHostException.class);
    }
  }

  private static Resolution addresses(EgressPolicy policy, String host) {
    try {
      return policy.addresses("GET", new Destination("http", host, 80), "/x");
    } catch (UnknownHostException e) {
      throw new AssertionError(e);
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "10.0.0.1/8",
        "10.0.0.0/33",
        "fd00::/129",
        "010.0.0.0/8",
        "a/8",
        "10.0.0.0/",
        "1.2.3",
        "::ffff:1.2.3.4",
        "fd00::1/8"
      })
  void refusesUnclearRange(String range) {
    assertThatThrownBy(() -> AddressRange.parse(range))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("expected");
  }
}
