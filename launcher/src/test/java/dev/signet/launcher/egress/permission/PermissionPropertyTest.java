// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.launcher.egress.permission;

import static org.assertj.core.api.Assertions.assertThat;

import dev.signet.protocol.EgressPermission;
import java.net.InetAddress;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.text.Normalizer;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

/**
 * The matcher against a plain reading of the same rule, as a server or a resolver might have it.
 */
class PermissionPropertyTest {
  private static final List<String> PIECES =
      List.of(
          "/",
          "/",
          "/",
          "v1",
          "v1",
          "v2",
          "V1",
          "a",
          ".",
          "..",
          "%2e",
          "%2E",
          ".%2e",
          "%2f",
          "%5c",
          "\\",
          ";",
          ";x=y",
          "%3b",
          "%252e",
          "%252f",
          "%25",
          "%76",
          "%31",
          "%00",
          "%c0%ae",
          "%c0%af",
          "%e2%80%a5",
          "%ef%bc%8f",
          "%20",
          "*",
          "?",
          "%3f");

  private static final Pattern IPV4 =
      Pattern.compile("(?:(?:25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])(?:\\.(?!$)|$)){4}");

  /** As WHATWG's URL standard: whose last label is a number is an address, whatever else it has. */
  private static final Pattern NUMERIC =
      Pattern.compile("(?:.*\\.)?(?:[0-9]+|0[xX][0-9a-fA-F]*)\\.?");

  private static final Map<String, EgressPolicy> POLICIES = new HashMap<>();

  private static boolean permits(String rule, String host, String path) {
    EgressPolicy policy =
        POLICIES.computeIfAbsent(
            rule,
            r ->
                new EgressPolicy(
                    List.of(EgressPermission.parse(r)),
                    OperatorRules.NONE,
                    name -> List.of(InetAddress.getLoopbackAddress())));
    return policy.request("GET", new Destination("https", host, 443), path)
        instanceof Judgement.Permitted;
  }

  /** What servers make of a path: they decode once or twice, cut parameters, merge, resolve. */
  private static Stream<String> readings(String path) {
    return Stream.of(0, 1, 2)
        .map(times -> decoded(path, times))
        .flatMap(text -> Stream.of(text, Normalizer.normalize(text, Normalizer.Form.NFKC)))
        .flatMap(text -> Stream.of(text, text.replace('\\', '/')))
        .flatMap(text -> Stream.of(text, text.replaceAll(";[^/]*", "")))
        .flatMap(text -> Stream.of(text, text.replaceAll("/+", "/")))
        .map(PermissionPropertyTest::resolved);
  }

  private static String decoded(String path, int times) {
    String text = path.replace("+", "%2B");
    for (int i = 0; i < times; i++) {
      // As lenient servers do: what cannot be decoded stays.
      text = text.replaceAll("%(?![0-9a-fA-F]{2})", "%25");
      text =
          URLDecoder.decode(
              text.replace("%c0%ae", ".").replace("%c0%af", "/"), StandardCharsets.UTF_8);
    }
    return text;
  }

  private static String resolved(String path) {
    Deque<String> segments = new ArrayDeque<>();
    String[] parts = path.substring(1).split("/", -1);
    for (int i = 0; i < parts.length; i++) {
      String part = parts[i].strip();
      boolean last = i == parts.length - 1;
      if (part.equals("..")) {
        segments.pollLast();
      } else if (!part.equals(".")) {
        segments.addLast(parts[i]);
      }
      if (last && (part.equals("..") || part.equals("."))) {
        segments.addLast("");
      }
    }
    return "/" + String.join("/", segments);
  }

  @Property(tries = 10_000)
  void noReadingOfAPermittedPathLeavesThePrefix(@ForAll("paths") String path) {
    if (permits("GET a.example/v1/*", "a.example", path)) {
      assertThat(readings(withoutQuery(path))).allSatisfy(r -> assertThat(r).startsWith("/v1/"));
    }
  }

  @Property(tries = 10_000)
  void noReadingOfAPermittedPathIsAnotherThanTheOneNamed(@ForAll("paths") String path) {
    if (permits("GET a.example/v1", "a.example", path)) {
      assertThat(readings(withoutQuery(path)))
          .allSatisfy(r -> assertThat(r).isIn("/v1", "/%761", "/v%31", "/%76%31"));
    }
  }

  @Property(tries = 10_000)
  void permittedHostIsTheOneNamed(@ForAll("hosts") String host) {
    assertThat(permits("GET a.example", host, "/")).isEqualTo(host.equals("a.example"));
    boolean below = host.endsWith(".a.example") && !host.startsWith(".") && !host.contains("..");
    assertThat(permits("GET *.a.example", host, "/")).isEqualTo(below);
    assertThat(permits("GET 127.0.0.1", host, "/")).isEqualTo(host.equals("127.0.0.1"));
  }

  @Property(tries = 10_000)
  void hostsWhoseLastLabelIsANumberAreAddressesOrNothing(@ForAll("hosts") String host) {
    HostForm form = HostForm.of(host);
    assertThat(form instanceof HostForm.Address).isEqualTo(IPV4.matcher(host).matches());
    if (NUMERIC.matcher(host).matches()) {
      assertThat(form).isNotInstanceOf(HostForm.Name.class);
    }
  }

  /** Where every host is permitted, none gets by that a resolver would take for an address. */
  @Property(tries = 10_000)
  void noOddSpellingOfAnAddressIsAName(@ForAll("hosts") String host) {
    if (permits("GET *", host, "/") && !IPV4.matcher(host).matches()) {
      assertThat(host).doesNotEndWith(".");
      assertThat(isInetAton(host)).as("%s is an address to inet_aton", host).isFalse();
    }
  }

  /** As the C library's inet_aton: one to four numbers, decimal, octal or hexadecimal. */
  private static boolean isInetAton(String host) {
    String[] parts = host.split("\\.", -1);
    return parts.length <= 4
        && Stream.of(parts).allMatch(part -> part.matches("[0-9]+|0[xX][0-9a-fA-F]*"));
  }

  private static String withoutQuery(String path) {
    return path.contains("?") ? path.substring(0, path.indexOf('?')) : path;
  }

  @Provide
  Arbitrary<String> paths() {
    Arbitrary<String> free =
        Arbitraries.of(PIECES).list().ofMaxSize(8).map(parts -> "/" + String.join("", parts));
    Arbitrary<String> below =
        Arbitraries.of(PIECES).list().ofMaxSize(6).map(parts -> "/v1/" + String.join("", parts));
    Arbitrary<String> near =
        Arbitraries.of("/v1", "/%761", "/v%31", "/v1/", "/V1", "/v1;", "/v1%20", "/v1?a", "//v1");
    return Arbitraries.oneOf(free, below, near);
  }

  @Provide
  Arbitrary<String> hosts() {
    return Arbitraries.of(
            "a",
            "b",
            "example",
            "a.example",
            ".",
            ".",
            "127",
            "0",
            "1",
            "0x7f",
            "0x",
            "0177",
            "00",
            "2130706433",
            "127.0.0.1",
            "10.2.255.249",
            "256",
            "1.2.3",
            "xn--a",
            "-",
            "_")
        .list()
        .ofMinSize(1)
        .ofMaxSize(6)
        .map(parts -> String.join("", parts));
  }
}
