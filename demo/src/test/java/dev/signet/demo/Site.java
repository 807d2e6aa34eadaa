// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.demo;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.signet.attestor.RegisterChoice;
import dev.signet.cli.SignetHere;
import dev.signet.demo.image.ImageLayout;
import dev.signet.launcher.Answer;
import dev.signet.launcher.EnrolledHost;
import dev.signet.launcher.ServerTrust;
import dev.signet.launcher.VerifierClient;
import dev.signet.measurements.JarMeasurement;
import dev.signet.measurements.JarRuler;
import dev.signet.measurements.KeyFiles;
import dev.signet.measurements.SigningKey;
import dev.signet.measurements.StatementDraft;
import dev.signet.protocol.AgentId;
import dev.signet.protocol.Digest;
import dev.signet.protocol.EgressPermission;
import dev.signet.protocol.HostId;
import dev.signet.protocol.ReferenceStatement;
import dev.signet.protocol.StrictJson;
import dev.signet.relyingparty.TrustTls;
import dev.signet.tpmsim.SimulatedTpm;
import dev.signet.tpmsim.TpmMaker;
import dev.signet.verifierservice.ServiceDirectory;
import dev.signet.verifierservice.VerifierServer;
import dev.signet.verifierservice.config.ServiceConfig;
import dev.signet.verifierservice.registry.AgentRegistration;
import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * What system tests share: a maker, two machines of it, CI's key, a verifier service that can be
 * stopped and started, a tool service with a tap on its wire. The agent is registered for the first
 * machine, a second one for both.
 */
final class Site implements AutoCloseable {
  static final AgentId AGENT = new AgentId("spiffe://site.example/agent/first");
  static final AgentId SECOND = new AgentId("spiffe://site.example/agent/second");
  static final String API_KEY = "sk-site-1";
  static final int REGISTER = 15;
  static final RegisterChoice AS_PROVISIONED = new RegisterChoice(Optional.empty(), REGISTER);
  static final long FLOOR = 3;

  /** What its agents may send: the services of tests have whatever port is free. */
  static final String EGRESS = "* 127.0.0.1:*";

  /** The verifier's, in its issuer and its certificate. */
  static final String VERIFIER_NAME = "verifier.site.example";

  private static final String ISSUER = "https://" + VERIFIER_NAME;
  private static final Duration TIMEOUT = Duration.ofSeconds(30);

  /** Undone in reverse order. */
  private interface Closing {
    void close() throws IOException;
  }

  private final Path directory;
  private final SecureRandom random = new SecureRandom();
  private final SigningKey ci = SigningKey.generate(random);
  private final Deque<Closing> open = new ArrayDeque<>();

  private Path config;
  private Path operatorToken;
  private VerifierServer verifier;
  private SignetProcess verifierProcess;
  private int verifierPort;
  private TpmMaker maker;
  private WireTap tap;
  private ToolService tools;
  private DemoHost host;
  private DemoHost otherHost;
  private Path jar;
  private Path statement;
  private Path secondStatement;

  private Site(Path directory) {
    this.directory = directory;
  }

  /**
   * Builds it all.
   *
   * @param tokenLife of identity tokens, 10 s or more
   */
  static Site build(Duration tokenLife) throws Exception {
    return build(tokenLife, "");
  }

  /**
   * Builds it all.
   *
   * @param more lines of the verifier's configuration
   */
  static Site build(Duration tokenLife, String more) throws Exception {
    Site site = new Site(Files.createTempDirectory("sgt"));
    try {
      site.start(tokenLife, more);
      return site;
    } catch (Exception | AssertionError e) {
      site.close();
      throw e;
    }
  }

  private void start(Duration tokenLife, String more) throws Exception {
    maker = maker("a");
    List<SimulatedTpm> tpms = maker.manufacture(List.of(place("t1"), place("t2")));
    host = provisioned("host-1", tpms.get(0));
    otherHost = provisioned("host-2", tpms.get(1));

    ServiceDirectory.Created made =
        ServiceDirectory.create(place("v"), ISSUER, "127.0.0.1", 0, random);
    config = made.config();
    operatorToken = made.operatorCredential();
    Files.copy(maker.rootFile(), made.makers().resolve("root.pem"));
    Files.copy(maker.issuerFile(), made.makers().resolve("issuer.pem"));
    configure(
        "allowSimulators: false",
        "allowSimulators: true\nsvids: {trustDomain: site.example}\ntokenLife: "
            + seconds(tokenLife)
            + "\n"
            + more);
    configure("names: [", "names: [" + VERIFIER_NAME + ", ");
    startVerifier();
    configure("port: 0", "port: " + verifierPort);
    open.push(this::stopVerifier);

    tap = new WireTap();
    open.push(tap::close);
    tools =
        ToolService.start(
            authority(),
            ISSUER,
            verifierUrl(),
            verifier.snapshotKey(),
            TrustTls.clientTrusting(verifierCertificate()),
            API_KEY,
            directory);
    open.push(tools::close);
    tap.relayTo(tools.port());

    KeyFiles.create(ci, place("ci.pem"), place("ci.pub.pem"));
    jar = TestJars.agent(place("agent.jar"));
    statement = statement(AGENT, "agent", jar, FLOOR);
    secondStatement = statement(SECOND, "second", jar, FLOOR);
    enroll(host);
    enroll(otherHost);
    register(AGENT, host);
    register(SECOND, host, otherHost);
    operator("POST", "/v1/floors", Map.of("agent", AGENT.value(), "securityVersion", FLOOR));
  }

  DemoHost host() {
    return host;
  }

  DemoHost otherHost() {
    return otherHost;
  }

  SecureRandom random() {
    return random;
  }

  WireTap tap() {
    return tap;
  }

  Thief thief() {
    return new Thief(tools.port());
  }

  /** Under which the tool service is reached. */
  String authority() {
    return "127.0.0.1:" + tap.port();
  }

  String toolUrl() {
    return "http://" + authority();
  }

  /** The agent's JAR. */
  Path jar() {
    return jar;
  }

  Path statement() {
    return statement;
  }

  Path secondStatement() {
    return secondStatement;
  }

  Path signer() {
    return place("ci.pub.pem");
  }

  Path place(String name) {
    return directory.resolve(name);
  }

  URI verifierUrl() {
    return URI.create("https://127.0.0.1:" + verifierPort);
  }

  ServerTrust verifierTrust() {
    return new ServerTrust.Pin(verifier.pin());
  }

  Path verifierCertificate() {
    return place("v/data/tls.pem");
  }

  Digest verifierPin() {
    return verifier.pin();
  }

  /** A tool service more, which is reached under another name. */
  ToolService newToolService(String authority, Path seen) throws Exception {
    ToolService more =
        ToolService.start(
            authority,
            ISSUER,
            verifierUrl(),
            verifier.snapshotKey(),
            TrustTls.clientTrusting(verifierCertificate()),
            API_KEY,
            Files.createDirectories(seen));
    open.push(more::close);
    return more;
  }

  /** For operators' commands. */
  Map<String, String> operatorEnvironment() {
    return Map.of(
        "SIGNET_VERIFIER", verifierUrl().toString(),
        "SIGNET_VERIFIER_PIN", verifier.pin().toString(),
        "SIGNET_TOKEN_FILE", operatorToken.toString());
  }

  /**
   * Runs the verifier as {@code signet serve} from now on, with a clock that is ahead; the one that
   * ran is stopped.
   */
  void serve(Duration ahead) throws Exception {
    stopVerifier();
    List<String> words = List.of("serve", "--config", config.toString(), "--json");
    verifierProcess = SignetProcess.skewed(ahead, Map.of(), words);
    assertThat(verifierProcess.next()).contains("\"ready\"");
  }

  void startVerifier() throws Exception {
    verifier = VerifierServer.start(ServiceConfig.load(config), VerifierServer.Options.standard());
    verifierPort = verifier.port();
  }

  void stopVerifier() throws IOException {
    verifier.close();
    if (verifierProcess != null) {
      verifierProcess.process().toHandle().destroy();
      verifierProcess.close();
      verifierProcess = null;
    }
  }

  /** The verifier takes keyless signatures from now on. */
  void trustSigstore(Path trustedRoot) throws Exception {
    stopVerifier();
    Files.writeString(
        config, "\nsigstore:\n  trustedRoot: " + trustedRoot + "\n", StandardOpenOption.APPEND);
    startVerifier();
  }

  /** A TPM of the same maker, switched off. */
  SimulatedTpm newTpm(String place) throws IOException {
    return maker.manufacture(place(place));
  }

  /** A machine of the same maker that nobody has enrolled yet. */
  DemoHost newHost(String name, String place) throws Exception {
    return provisioned(name, maker.manufacture(place(place)));
  }

  /** {@code signet run} of the first agent on the first machine. */
  SignetProcess run(String... more) throws IOException {
    return SignetProcess.signet(agentEnvironment(), runArguments(jar, statement, more));
  }

  Map<String, String> agentEnvironment() {
    return Map.of("TOOL_API_KEY", API_KEY);
  }

  /** The words of {@code signet run} on the first machine. */
  List<String> runArguments(Path withJar, Path withStatement, String... more) {
    List<String> words = new ArrayList<>(List.of("run", "--state", host.state().toString()));
    words.addAll(List.of("--signer", signer().toString(), "--jar", withJar.toString()));
    words.addAll(List.of("--statement", withStatement.toString(), "--env", "TOOL_API_KEY"));
    words.addAll(LaunchCommand.isolation());
    words.addAll(List.of(more));
    return words;
  }

  /** An operator's command, in this JVM. */
  SignetHere.Ended signet(Object... arguments) {
    return SignetHere.run(operatorEnvironment(), arguments);
  }

  /** An operator's call. */
  JsonNode operator(String method, String path, Object body) throws Exception {
    String token = Files.readString(operatorToken).strip();
    try (VerifierClient client = new VerifierClient(verifierUrl(), verifierTrust(), TIMEOUT)) {
      byte[] json = body == null ? null : StrictJson.encode(body);
      return switch (client.call(method, path, token, json)) {
        case Answer.Granted<byte[]>(byte[] answer) ->
            answer.length == 0 ? null : StrictJson.tree(answer, 1 << 20);
        case Answer.Refused<byte[]> refused -> throw new AssertionError(refused.describe());
      };
    }
  }

  /** All decisions so far, oldest first. */
  List<JsonNode> audit() throws Exception {
    List<JsonNode> all = new ArrayList<>();
    long last = 0;
    while (true) {
      JsonNode page = operator("GET", "/v1/audit?after=" + last, null).path("decisions");
      if (page.isEmpty()) {
        return all;
      }
      page.forEach(all::add);
      last = all.getLast().path("id").asLong();
    }
  }

  /** Decisions of a kind and outcome, such as attest and OK, about an agent. */
  long decisions(String act, String outcome, AgentId agent) throws Exception {
    return audit().stream()
        .filter(d -> d.path("act").asText().equals(act))
        .filter(d -> d.path("outcome").asText().equals(outcome))
        .filter(d -> d.path("agent").asText().equals(agent.value()))
        .count();
  }

  void register(AgentId agent, DemoHost... where) throws Exception {
    register(agent, (AgentRegistration.Svids) null, where);
  }

  /**
   * @param svids what it may have beside its identity token; null for nothing
   */
  void register(AgentId agent, AgentRegistration.Svids svids, DemoHost... where) throws Exception {
    register(agent, svids, (String) null, where);
  }

  /**
   * @param svids what it may have beside its identity token; null for nothing
   * @param register the launch register that is accepted; null for either
   */
  void register(AgentId agent, AgentRegistration.Svids svids, String register, DemoHost... where)
      throws Exception {
    AgentRegistration.Boot waived =
        new AgentRegistration.Boot(null, null, null, "simulated TPMs without firmware");
    register(agent, null, svids, waived, register, Stream.of(where).map(DemoHost::id).toList());
  }

  /**
   * @param keys what is asked of its keys; null for nothing
   */
  void register(
      AgentId agent, AgentRegistration.Keys keys, AgentRegistration.Svids svids, DemoHost... where)
      throws Exception {
    AgentRegistration.Boot waived =
        new AgentRegistration.Boot(null, null, null, "simulated TPMs without firmware");
    register(agent, keys, svids, waived, null, Stream.of(where).map(DemoHost::id).toList());
  }

  /**
   * @param boot what is asked of the hosts' boot
   */
  void register(AgentId agent, AgentRegistration.Boot boot, HostId where) throws Exception {
    register(agent, null, null, boot, null, List.of(where));
  }

  private void register(
      AgentId agent,
      AgentRegistration.Keys keys,
      AgentRegistration.Svids svids,
      AgentRegistration.Boot boot,
      String register,
      List<HostId> where)
      throws Exception {
    AgentRegistration registration =
        new AgentRegistration(
            where,
            List.of(ci.publicKey()),
            null,
            boot,
            null,
            register,
            new AgentRegistration.Launcher(null, "run from a source tree"),
            null,
            null,
            keys,
            svids);
    String name = URLEncoder.encode(agent.value(), StandardCharsets.UTF_8);
    operator("PUT", "/v1/registrations?agent=" + name, registration);
  }

  String joinToken(String hostName) throws Exception {
    Map<String, Object> request = Map.of("host", hostName, "expiresInSeconds", 600);
    return operator("POST", "/v1/join-tokens", request).path("joinToken").asText();
  }

  private void enroll(DemoHost joining) throws Exception {
    Answer<EnrolledHost> answer =
        joining.enroll(verifierUrl(), verifierTrust(), joinToken(joining.id().value()));
    assertThat(answer).isInstanceOf(Answer.Granted.class);
  }

  /** A reference statement, signed by CI. */
  Path statement(AgentId agent, String name, Path about, long securityVersion) throws Exception {
    return statement(agent, name, about, securityVersion, EGRESS);
  }

  /**
   * @param egress what it may send
   */
  Path statement(AgentId agent, String name, Path about, long securityVersion, String... egress)
      throws Exception {
    Instant notAfter = Instant.now().plus(Duration.ofDays(1));
    return statement(agent, name, about, securityVersion, notAfter, egress);
  }

  /**
   * @param notAfter when its validity of a day and a minute ends
   */
  Path statement(AgentId agent, String name, Path about, long securityVersion, Instant notAfter)
      throws Exception {
    return statement(agent, name, about, securityVersion, notAfter, EGRESS);
  }

  private Path statement(
      AgentId agent,
      String name,
      Path about,
      long securityVersion,
      Instant notAfter,
      String... egress)
      throws Exception {
    JarMeasurement.Measured measured = (JarMeasurement.Measured) JarRuler.measure(about);
    StatementDraft draft =
        new StatementDraft(
            agent,
            "1." + securityVersion,
            securityVersion,
            notAfter.minus(Duration.ofDays(1)).minusSeconds(60),
            notAfter,
            null,
            List.of("TOOL_API_KEY"),
            StatementDraft.Terms.permitting(egress));
    byte[] payload = StatementDraft.write(draft.about(name + ".jar", measured));
    return Files.write(place(name + ".dsse"), ci.sign(payload, random).encode());
  }

  /** A reference statement about an image, signed by CI. */
  Path statement(AgentId agent, String name, ImageLayout image, ReferenceStatement.Launch launch)
      throws Exception {
    Instant now = Instant.now().truncatedTo(ChronoUnit.SECONDS);
    ReferenceStatement statement =
        new ReferenceStatement(
            ReferenceStatement.STATEMENT_TYPE,
            List.of(subject(name + "-manifest", image.manifest()), subject(name, image.config())),
            ReferenceStatement.PREDICATE_TYPE,
            new ReferenceStatement.Predicate(
                agent,
                "1." + FLOOR,
                FLOOR,
                new ReferenceStatement.Validity(now.minusSeconds(60), now.plus(Duration.ofDays(1))),
                List.of(
                    artifact(ReferenceStatement.ROLE_IMAGE_MANIFEST, image.manifest()),
                    artifact(ReferenceStatement.ROLE_IMAGE_CONFIG, image.config())),
                launch,
                null,
                List.of(EgressPermission.parse(EGRESS)),
                null));
    byte[] payload = StatementDraft.write(statement);
    return Files.write(place(name + ".dsse"), ci.sign(payload, random).encode());
  }

  private static ReferenceStatement.Subject subject(String name, Digest digest) {
    return new ReferenceStatement.Subject(name, new ReferenceStatement.Sha256(digest.toHex()));
  }

  private static ReferenceStatement.Artifact artifact(String role, Digest digest) {
    return new ReferenceStatement.Artifact(role, digest, 1);
  }

  @Override
  public void close() throws IOException {
    while (!open.isEmpty()) {
      open.pop().close();
    }
    delete(directory);
  }

  /** Removes a directory with all that is in it. */
  static void delete(Path directory) throws IOException {
    try (Stream<Path> all = Files.walk(directory)) {
      for (Path path : all.sorted(Comparator.reverseOrder()).toList()) {
        Files.deleteIfExists(path);
      }
    }
  }

  private TpmMaker maker(String name) throws IOException {
    return TpmMaker.in(Files.createDirectory(place(name)), "Site TPM Works", random);
  }

  private DemoHost provisioned(String name, SimulatedTpm tpm) throws IOException {
    String state = "s" + tpm.directory().getFileName();
    DemoHost made = new DemoHost(name, tpm, place(state), random);
    open.push(made::close);
    made.provision();
    return made;
  }

  void configure(String before, String after) throws IOException {
    String yaml = Files.readString(config);
    assertThat(yaml).contains(before);
    Files.writeString(config, yaml.replace(before, after));
  }

  private static String seconds(Duration duration) {
    return duration.toSeconds() + "s";
  }
}
