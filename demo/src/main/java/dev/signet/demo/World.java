// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.demo;

import dev.signet.launcher.Answer;
import dev.signet.launcher.EnrolledHost;
import dev.signet.launcher.ServerTrust;
import dev.signet.launcher.VerifierClient;
import dev.signet.measurements.JarMeasurement;
import dev.signet.measurements.JarRuler;
import dev.signet.measurements.SigningKey;
import dev.signet.measurements.StatementDraft;
import dev.signet.protocol.AgentId;
import dev.signet.protocol.MalformedMessageException;
import dev.signet.protocol.StrictJson;
import dev.signet.relyingparty.TrustTls;
import dev.signet.tpmsim.SimulatedTpm;
import dev.signet.tpmsim.TpmMaker;
import dev.signet.verifierservice.ServiceDirectory;
import dev.signet.verifierservice.VerifierServer;
import dev.signet.verifierservice.config.ConfigException;
import dev.signet.verifierservice.config.ServiceConfig;
import dev.signet.verifierservice.registry.AgentRegistration;
import java.io.Closeable;
import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Map;

/**
 * Everything in the demo: two makers of TPMs, four machines, CI's key, the verifier service, a tool
 * service with somebody listening on its wire. All real but for the TPMs, which are swtpm.
 */
public final class World implements AutoCloseable {
  static final AgentId AGENT = new AgentId("spiffe://demo.example/agent/forecaster");
  static final String API_KEY = "sk-demo-4f9c1d7a2b";
  private static final Duration TIMEOUT = Duration.ofSeconds(15);

  private final Path directory;
  private final SecureRandom random = new SecureRandom();
  private final Deque<Closeable> open = new ArrayDeque<>();
  private final SigningKey ci = SigningKey.generate(random);

  private DemoHost host;
  private DemoHost otherHost;
  private DemoHost unknownMaker;
  private DemoHost notAdmitted;
  private VerifierServer verifier;
  private String operatorToken;
  private WireTap tap;
  private ToolService tools;

  private World(Path directory) {
    this.directory = directory;
  }

  /**
   * Builds it all.
   *
   * @param directory new and short: UNIX sockets have names of at most 107 bytes
   */
  static World build(Path directory, Story story) throws Exception {
    World world = new World(directory);
    try {
      world.build(story);
      return world;
    } catch (Exception e) {
      world.close();
      throw e;
    }
  }

  private void build(Story story) throws Exception {
    story.say("Manufacturing four TPMs (swtpm) by two makers ...");
    TpmMaker trusted = maker("a", "Demo TPM Works");
    TpmMaker unknown = maker("b", "Nobody Knows Us");
    List<SimulatedTpm> tpms = trusted.manufacture(List.of(place("t1"), place("t2"), place("t3")));
    SimulatedTpm foreign = unknown.manufacture(place("t4"));
    host = host("host-1", tpms.get(0));
    otherHost = host("host-2", tpms.get(1));
    notAdmitted = host("host-3", tpms.get(2));
    unknownMaker = host("host-4", foreign);

    story.say("Starting the verifier service (SQLite, TLS on loopback) ...");
    verifier = verifier(trusted);
    open.push(verifier::close);

    story.say("Starting a tool service behind Signet's servlet filter, and a tap on its wire ...");
    tap = new WireTap();
    open.push(tap::close);
    tools =
        ToolService.start(
            "127.0.0.1:" + tap.port(),
            issuer(),
            verifierUrl(),
            verifier.snapshotKey(),
            TrustTls.clientTrusting(directory.resolve("v/data/tls.pem")),
            API_KEY,
            directory);
    open.push(tools::close);
    tap.relayTo(tools.port());

    story.say("Provisioning and enrolling two hosts with join tokens ...");
    enroll(host);
    enroll(otherHost);
    register();
  }

  DemoHost host() {
    return host;
  }

  DemoHost otherHost() {
    return otherHost;
  }

  DemoHost unknownMaker() {
    return unknownMaker;
  }

  DemoHost notAdmitted() {
    return notAdmitted;
  }

  ToolService tools() {
    return tools;
  }

  WireTap tap() {
    return tap;
  }

  SigningKey ci() {
    return ci;
  }

  SecureRandom random() {
    return random;
  }

  Path directory() {
    return directory;
  }

  String toolUrl() {
    return "http://127.0.0.1:" + tap.port();
  }

  URI verifierUrl() {
    return URI.create("https://127.0.0.1:" + verifier.port());
  }

  ServerTrust verifierTrust() {
    return new ServerTrust.Pin(verifier.pin());
  }

  /** An operator's call; a refusal here is a fault of the demo. */
  byte[] operator(String method, String path, Object body) throws IOException {
    try (VerifierClient client = new VerifierClient(verifierUrl(), verifierTrust(), TIMEOUT)) {
      byte[] json = body == null ? null : StrictJson.encode(body);
      return switch (client.call(method, path, operatorToken, json)) {
        case Answer.Granted<byte[]>(byte[] answer) -> answer;
        case Answer.Refused<byte[]> refused -> throw new IOException(refused.describe());
      };
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted", e);
    }
  }

  /** The reference statement for a JAR, signed as CI does it; returns the envelope's file. */
  Path statement(String name, Path jar, long securityVersion)
      throws IOException, MalformedMessageException {
    String authority = "127.0.0.1:" + tap.port();
    return statement(
        name,
        jar,
        securityVersion,
        toolUrl(),
        "GET " + authority + "/weather",
        "POST " + authority + "/notes");
  }

  /**
   * @param url that the agent must be started with
   * @param permissions what it may send
   */
  Path statement(String name, Path jar, long securityVersion, String url, String... permissions)
      throws IOException, MalformedMessageException {
    if (!(JarRuler.measure(jar) instanceof JarMeasurement.Measured measured)) {
      throw new IOException("expected a JAR that can be measured: " + jar);
    }
    Instant now = Instant.now();
    StatementDraft draft =
        new StatementDraft(
            AGENT,
            "1." + securityVersion,
            securityVersion,
            now.minusSeconds(60),
            now.plus(Duration.ofDays(90)),
            List.of(url),
            List.of("TOOL_API_KEY"),
            StatementDraft.Terms.permitting(permissions));
    byte[] payload = StatementDraft.write(draft.about(name + ".jar", measured));
    Path file = directory.resolve(name + ".dsse");
    Files.write(file, ci.sign(payload, random).encode());
    return file;
  }

  @Override
  public void close() throws IOException {
    while (!open.isEmpty()) {
      open.pop().close();
    }
  }

  private Path place(String name) {
    return directory.resolve(name);
  }

  private TpmMaker maker(String name, String words) throws IOException {
    Path place = place(name);
    Files.createDirectory(place);
    return TpmMaker.in(place, words, random);
  }

  private DemoHost host(String name, SimulatedTpm tpm) throws IOException {
    DemoHost made = new DemoHost(name, tpm, place("s" + name.charAt(name.length() - 1)), random);
    open.push(made::close);
    made.provision();
    return made;
  }

  private VerifierServer verifier(TpmMaker trusted) throws IOException, ConfigException {
    Path place = place("v");
    ServiceDirectory.Created made =
        ServiceDirectory.create(place, issuer(), "127.0.0.1", 0, random);
    Files.copy(trusted.rootFile(), made.makers().resolve("root.pem"));
    Files.copy(trusted.issuerFile(), made.makers().resolve("issuer.pem"));
    // The demo's TPMs are simulators; a real verifier leaves this false.
    Files.writeString(
        made.config(),
        Files.readString(made.config()).replace("allowSimulators: false", "allowSimulators: true"));
    operatorToken = Files.readString(made.operatorCredential()).strip();
    return VerifierServer.start(
        ServiceConfig.load(made.config()), VerifierServer.Options.standard());
  }

  private static String issuer() {
    return "https://verifier.demo.example";
  }

  private void enroll(DemoHost joining) throws IOException, InterruptedException {
    byte[] answer =
        operator("POST", "/v1/join-tokens", new JoinTokenRequest(joining.id().value(), null, 600));
    String token;
    try {
      token = StrictJson.tree(answer, 64 * 1024).path("joinToken").asText();
    } catch (MalformedMessageException e) {
      throw new IOException(e);
    }
    if (joining.enroll(verifierUrl(), verifierTrust(), token)
        instanceof Answer.Refused<EnrolledHost> refused) {
      throw new IOException(refused.describe());
    }
  }

  private record JoinTokenRequest(String host, String tpm, int expiresInSeconds) {}

  private void register() throws IOException {
    AgentRegistration registration =
        new AgentRegistration(
            List.of(host.id(), otherHost.id()),
            List.of(ci.publicKey()),
            new AgentRegistration.Boot(null, null, "demo on simulated TPMs without firmware"),
            null,
            new AgentRegistration.Launcher(null, "the demo runs from a source tree"));
    operator("PUT", "/v1/registrations?agent=" + encoded(AGENT.value()), registration);
    operator("POST", "/v1/floors", Map.of("agent", AGENT.value(), "securityVersion", 3));
  }

  private static String encoded(String text) {
    return URLEncoder.encode(text, StandardCharsets.UTF_8);
  }
}
