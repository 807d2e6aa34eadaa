// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.verifierservice.config;

import dev.signet.protocol.Digest;
import dev.signet.protocol.Limits;
import dev.signet.verifierservice.config.ServiceConfig.CallingService;
import dev.signet.verifierservice.config.ServiceConfig.Credential;
import dev.signet.verifierservice.config.ServiceConfig.KeyPlace;
import dev.signet.verifierservice.config.ServiceConfig.Listen;
import dev.signet.verifierservice.config.ServiceConfig.Operator;
import dev.signet.verifierservice.config.ServiceConfig.Role;
import dev.signet.verifierservice.config.ServiceConfig.Tls;
import java.nio.file.Path;
import java.time.Duration;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;

/** From the YAML file to a {@link ServiceConfig}, or to every problem in it. */
final class ConfigReader {
  /** As in the launcher's LaunchRegister. */
  private static final List<Integer> REGISTERS = List.of(8, 9, 11, 12, 13, 14, 15);

  private static final Pattern MANUFACTURER = Pattern.compile("id:[0-9A-F]{8}");
  private static final Pattern FIRMWARE = Pattern.compile("[0-9a-f]{16}");
  private static final Pattern ISSUER = Pattern.compile("https://[a-z0-9.-]{1,200}(:[0-9]{1,5})?");
  private static final Pattern AUTHORITY =
      Pattern.compile("(https?)://[a-z0-9.-]{1,253}(:[0-9]{1,5})?");
  private static final Pattern NAME = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._@-]{0,63}");
  private static final Pattern TRUST_DOMAIN = Pattern.compile("[a-z0-9._-]{1,200}");

  /** SPIFFE Trust Domain and Bundle, 5.1.2: a key is published three to five hints ahead. */
  private static final int HINTS_AHEAD = 5;

  private static final int LEAST_HINTS = 3;

  private static final Pattern FIELD = Pattern.compile("[A-Za-z0-9-]{1,64}");

  private final Section.Problems problems;
  private final Path base;

  private ConfigReader(Section.Problems problems, Path base) {
    this.problems = problems;
    this.base = base;
  }

  static ServiceConfig read(String file, byte[] yaml, Path base) throws ConfigException {
    Section.Problems problems = new Section.Problems(file);
    Section root = new Section(StrictYaml.parse(file, yaml), "", problems);
    ServiceConfig config = new ConfigReader(problems, base).service(root);
    problems.throwIfAny();
    return config;
  }

  private ServiceConfig service(Section root) {
    String issuer =
        root.required("issuer", "https://host, lower case, no path", t -> matching(ISSUER, t));
    Listen listen = listen(root.section("listen", true), "127.0.0.1");
    Section operations = root.section("operations", false);
    Tls tls = tls(root.section("tls", true));
    Path dataDir = root.required("dataDir", "a directory", this::path);
    Path makers = root.required("makers", "a directory of maker certificates", this::path);
    List<Integer> pcrs = pcrs(root);
    int registerPcr = root.number("registerPcr", 0, 20, 15);
    if (!pcrs.contains(registerPcr)) {
      root.problem("registerPcr", "expected one of pcrs " + pcrs + ", got " + registerPcr);
    } else if (!REGISTERS.contains(registerPcr)) {
      root.problem(
          "registerPcr",
          "expected one of "
              + REGISTERS
              + ": 0 to 7 are the firmware's, 10 is IMA's, which no approval covers, and 17 to 20"
              + " need another locality; got "
              + registerPcr);
    }
    Set<String> names = new HashSet<>();
    ServiceConfig config =
        new ServiceConfig(
            issuer,
            listen,
            operations == null ? null : listen(operations, "127.0.0.1"),
            tls,
            dataDir,
            makers,
            root.flag("allowSimulators", false),
            platforms(root.section("platformCertificates", false)),
            trustedRoot(root.section("sigstore", false)),
            root.flag("requireBoundTokens", false),
            firmwareFloors(root),
            root.optional(
                "concurrentUse",
                "flag or refuse",
                false,
                t ->
                    switch (t) {
                      case "flag" -> false;
                      case "refuse" -> true;
                      default -> throw new IllegalArgumentException();
                    }),
            pcrs,
            registerPcr,
            root.duration(
                "tokenLife", Duration.ofSeconds(10), Limits.TOKEN_LIFE_MAX, Limits.TOKEN_LIFE),
            root.sections("operators").stream().map(s -> operator(s, names)).toList(),
            root.sections("services").stream().map(s -> callingService(s, names)).toList(),
            root.list(
                "authorities",
                "scheme://authority in lower case, such as https://tools.example:8443",
                t -> matching(AUTHORITY, t)),
            keepDecisions(root.section("audit", false)),
            svids(root.section("svids", false)),
            keys(root.section("keys", false)),
            limits(root.section("limits", false)));
    root.end();
    return config;
  }

  private static Map<String, Long> firmwareFloors(Section root) {
    Map<String, Long> floors = new HashMap<>();
    for (Section s : root.sections("firmwareFloors")) {
      String maker =
          s.required(
              "manufacturer",
              "id: and eight hexadecimal digits in upper case, such as id:494E5443",
              t -> matching(MANUFACTURER, t));
      Long floor =
          s.required(
              "version",
              "the firmwareVersion, sixteen hexadecimal digits",
              t -> Long.parseUnsignedLong(matching(FIRMWARE, t), 16));
      if (maker != null && floor != null && floors.put(maker, floor) != null) {
        s.problem("manufacturer", "expected each maker once, got " + maker + " again");
      }
      s.end();
    }
    return floors;
  }

  private Optional<ServiceConfig.PlatformCertificates> platforms(Section s) {
    if (s == null) {
      return Optional.empty();
    }
    Path issuers = s.required("issuers", "a directory of issuers' certificates", this::path);
    boolean required = s.flag("required", false);
    s.end();
    return Optional.of(new ServiceConfig.PlatformCertificates(issuers, required));
  }

  private Path trustedRoot(Section s) {
    if (s == null) {
      return null;
    }
    Path root = s.required("trustedRoot", "a trusted root, trusted_root.json", this::path);
    s.end();
    return root;
  }

  private static Optional<Duration> keepDecisions(Section s) {
    if (s == null) {
      return Optional.empty();
    }
    int days = s.number("keepDays", 0, 36_500, 0);
    s.end();
    return days == 0 ? Optional.empty() : Optional.of(Duration.ofDays(days));
  }

  private static Optional<ServiceConfig.Svids> svids(Section s) {
    if (s == null) {
      return Optional.empty();
    }
    String trustDomain =
        s.required("trustDomain", "a trust domain in lower case", t -> matching(TRUST_DOMAIN, t));
    Duration hint =
        s.duration(
            "refreshHint", Duration.ofSeconds(10), Duration.ofHours(1), Duration.ofMinutes(5));
    Duration ahead =
        s.duration(
            "publishAhead",
            Duration.ofSeconds(30),
            Duration.ofDays(7),
            hint == null ? Duration.ofHours(1) : hint.multipliedBy(HINTS_AHEAD));
    if (hint != null && ahead != null && ahead.compareTo(hint.multipliedBy(LEAST_HINTS)) < 0) {
      s.problem("publishAhead", "expected at least three times refreshHint");
    }
    s.end();
    return Optional.of(new ServiceConfig.Svids(trustDomain, hint, ahead));
  }

  private KeyPlace keys(Section s) {
    if (s == null) {
      return new KeyPlace.Files();
    }
    Section pkcs12 = s.section("pkcs12", false);
    Section pkcs11 = s.section("pkcs11", false);
    KeyPlace place = new KeyPlace.Files();
    if ((pkcs12 == null) == (pkcs11 == null)) {
      s.problem("pkcs12", "expected either pkcs12 or pkcs11; no keys section for files in dataDir");
    } else if (pkcs12 != null) {
      place =
          new KeyPlace.Pkcs12(
              pkcs12.required("file", "a PKCS #12 file", this::path),
              pkcs12.required("passwordFile", "a file with the password", this::path));
      pkcs12.end();
    } else {
      place =
          new KeyPlace.Pkcs11(
              pkcs11.required("library", "a PKCS #11 module", this::path),
              pkcs11.number("slot", 0, 10_000, 0),
              pkcs11.required("pinFile", "a file with the PIN", this::path));
      pkcs11.end();
    }
    s.end();
    return place;
  }

  private static Listen listen(Section s, String host) {
    if (s == null) {
      return new Listen(host, 0);
    }
    Listen listen =
        new Listen(
            s.optional("host", "an address or name", host, ConfigReader::nonEmpty),
            s.number("port", 0, 65_535, null));
    s.end();
    return listen;
  }

  private Tls tls(Section s) {
    if (s == null) {
      return new Tls(null, null, List.of());
    }
    boolean generate = s.flag("generate", false);
    List<String> names = s.list("names", "a DNS name or IP address", ConfigReader::nonEmpty);
    Path certificate = s.optional("certificate", "a PEM file", null, this::path);
    Path key = s.optional("key", "a PKCS #8 PEM file", null, this::path);
    if (generate == (certificate != null || key != null)) {
      s.problem("generate", "expected either generate: true, or certificate and key");
    } else if (!generate && (certificate == null || key == null)) {
      s.problem(certificate == null ? "certificate" : "key", "expected both certificate and key");
    } else if (generate && names.isEmpty()) {
      s.problem("names", "expected at least one name for the generated certificate");
    } else if (!generate && !names.isEmpty()) {
      s.problem("names", "only with generate: true");
    }
    s.end();
    return new Tls(certificate, key, names);
  }

  private static List<Integer> pcrs(Section root) {
    List<Integer> given =
        root.list(
            "pcrs",
            "a PCR index from 0 to 20 but 16, which anybody can reset",
            t -> {
              if (!t.matches("[0-9]{1,2}") || Integer.parseInt(t) > 20 || t.equals("16")) {
                throw new IllegalArgumentException();
              }
              return Integer.parseInt(t);
            });
    if (!root.has("pcrs")) {
      return List.of(0, 1, 2, 3, 4, 5, 6, 7, 15);
    }
    if (!List.copyOf(new TreeSet<>(given)).equals(given) || given.isEmpty()) {
      root.problem("pcrs", "expected ascending indexes without repetition, got " + given);
    }
    return given;
  }

  private static Operator operator(Section s, Set<String> names) {
    String name = name(s, names);
    Set<Role> roles = EnumSet.noneOf(Role.class);
    roles.addAll(
        s.list(
            "roles",
            "one of admit, register, revoke, lower-floor, reinstate, audit, rotate",
            Role::parse));
    if (roles.isEmpty()) {
      s.problem("roles", "expected at least one role");
    }
    Credential credential = credential(s);
    s.end();
    return new Operator(name, roles, credential);
  }

  private static CallingService callingService(Section s, Set<String> names) {
    String name = name(s, names);
    Boolean proxy =
        s.required(
            "calls",
            "verify or authz",
            t ->
                switch (t) {
                  case "verify" -> false;
                  case "authz" -> true;
                  default -> throw new IllegalArgumentException();
                });
    Credential credential = credential(s);
    String header =
        s.optional(
            "bodyDigestHeader",
            "a header field name",
            null,
            t -> matching(FIELD, t).toLowerCase(Locale.ROOT));
    boolean unchecked = s.flag("uncheckedBodies", false);
    if (proxy != null && !proxy && (header != null || unchecked)) {
      s.problem("calls", "bodyDigestHeader and uncheckedBodies go with calls: authz only");
    }
    s.end();
    return new CallingService(name, proxy != null && proxy, credential, header, unchecked);
  }

  private static String name(Section s, Set<String> names) {
    String name =
        s.required("name", "a name of letters, digits and . _ @ -", t -> matching(NAME, t));
    if (name != null && !names.add(name)) {
      s.problem("name", "expected each name once, got \"" + name + "\" again");
    }
    return name;
  }

  private static Credential credential(Section s) {
    Digest token = s.optional("tokenSha256", "sha256: and 64 hex digits", null, Digest::parse);
    Digest certificate =
        s.optional("certificateSha256", "sha256: and 64 hex digits", null, Digest::parse);
    boolean named = s.has("tokenSha256") != s.has("certificateSha256");
    if (!named) {
      s.problem("tokenSha256", "expected either tokenSha256 or certificateSha256");
    }
    return new Credential(token, certificate);
  }

  private static ServiceLimits limits(Section s) {
    ServiceLimits d = ServiceLimits.STANDARD;
    if (s == null) {
      return d;
    }
    ServiceLimits limits =
        new ServiceLimits(
            rate(s.section("perAddress", false), d.perAddress()),
            rate(s.section("perHost", false), d.perHost()),
            s.duration(
                "handshakeTimeout",
                Duration.ofMillis(100),
                Duration.ofMinutes(2),
                d.handshakeTimeout()),
            s.duration(
                "requestTimeout",
                Duration.ofMillis(100),
                Duration.ofMinutes(2),
                d.requestTimeout()),
            s.duration("idleTimeout", Duration.ofSeconds(1), Duration.ofHours(1), d.idleTimeout()),
            s.number("connections", 1, 1_000_000, d.connections()),
            s.number("connectionsPerAddress", 1, 1_000_000, d.connectionsPerAddress()),
            s.number("streams", 0, 100_000, d.streams()),
            s.number("pendingHosts", 0, 100_000, d.pendingHosts()),
            s.number("challengesPerHost", 1, 100_000, d.challengesPerHost()),
            s.number("replayNonces", 1000, 100_000_000, d.replayNonces()));
    s.end();
    return limits;
  }

  private static ServiceLimits.Rate rate(Section s, ServiceLimits.Rate fallback) {
    if (s == null) {
      return fallback;
    }
    ServiceLimits.Rate rate =
        new ServiceLimits.Rate(
            s.number("perSecond", 1, 1_000_000, fallback.perSecond()),
            s.number("burst", 1, 1_000_000, fallback.burst()));
    s.end();
    return rate;
  }

  private Path path(String text) {
    return base.resolve(nonEmpty(text)).normalize();
  }

  private static String nonEmpty(String text) {
    if (text.isBlank()) {
      throw new IllegalArgumentException();
    }
    return text;
  }

  private static String matching(Pattern pattern, String text) {
    if (!pattern.matcher(text).matches()) {
      throw new IllegalArgumentException();
    }
    return text;
  }
}
