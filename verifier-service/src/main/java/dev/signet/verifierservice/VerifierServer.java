// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.verifierservice;

import dev.signet.measurements.sigstore.TrustedRoot;
import dev.signet.protocol.Digest;
import dev.signet.protocol.MalformedMessageException;
import dev.signet.protocol.PublicJwk;
import dev.signet.protocol.StrictJson;
import dev.signet.relyingparty.ReplayMemory;
import dev.signet.requestsignatures.SignatureProviders;
import dev.signet.verifier.appraisal.ImaJudgement;
import dev.signet.verifierservice.attestation.AttestationService;
import dev.signet.verifierservice.attestation.EnrollmentService;
import dev.signet.verifierservice.attestation.HostCallRoutes;
import dev.signet.verifierservice.audit.Actor;
import dev.signet.verifierservice.audit.Decision;
import dev.signet.verifierservice.audit.DecisionLog;
import dev.signet.verifierservice.config.ServiceConfig;
import dev.signet.verifierservice.http.ApiServer;
import dev.signet.verifierservice.http.Route;
import dev.signet.verifierservice.http.ServerTls;
import dev.signet.verifierservice.keys.EvidenceProvider;
import dev.signet.verifierservice.keys.KeyContainers;
import dev.signet.verifierservice.keys.KeyStore;
import dev.signet.verifierservice.keys.PrivateFiles;
import dev.signet.verifierservice.keys.ServerCertificate;
import dev.signet.verifierservice.operations.Metrics;
import dev.signet.verifierservice.operations.OperationsRoutes;
import dev.signet.verifierservice.operations.StatusWatch;
import dev.signet.verifierservice.operators.Acts;
import dev.signet.verifierservice.operators.AgentRoutes;
import dev.signet.verifierservice.operators.HostRoutes;
import dev.signet.verifierservice.operators.ImaPolicyRoutes;
import dev.signet.verifierservice.operators.KeyRoutes;
import dev.signet.verifierservice.operators.RegistrationRoutes;
import dev.signet.verifierservice.operators.RevocationRoutes;
import dev.signet.verifierservice.requests.AgentCalls;
import dev.signet.verifierservice.requests.RequestJudge;
import dev.signet.verifierservice.requests.RequestRoutes;
import dev.signet.verifierservice.storage.Database;
import dev.signet.verifierservice.transparency.AuditRoutes;
import dev.signet.verifierservice.transparency.Checkpoints;
import dev.signet.verifierservice.trust.HighWater;
import dev.signet.verifierservice.trust.SnapshotPublisher;
import dev.signet.verifierservice.trust.TrustRoutes;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.Provider;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The verifier service: from {@link #start} until {@link #close} it answers on its listeners. One
 * process at a time may use a data directory.
 */
public final class VerifierServer implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(VerifierServer.class);

  /** Of token keys where nothing else is published. */
  private static final Duration PUBLISH_AHEAD = Duration.ofMinutes(10);

  private static final String AUDIT_KEY_FILE = "audit-key.jwk.json";

  private final ServerTls tls;
  private final KeyStore keys;
  private final Path snapshotKeyFile;
  private final ApiServer api;
  private final ApiServer operations;
  private final List<Route> routes;
  private final AttestationService attestations;
  private final Closing closing;

  private VerifierServer(
      ServerTls tls,
      KeyStore keys,
      Path snapshotKeyFile,
      ApiServer api,
      ApiServer operations,
      List<Route> routes,
      AttestationService attestations,
      Closing closing) {
    this.tls = tls;
    this.keys = keys;
    this.snapshotKeyFile = snapshotKeyFile;
    this.api = api;
    this.operations = operations;
    this.routes = List.copyOf(routes);
    this.attestations = attestations;
    this.closing = closing;
  }

  /**
   * What a start may differ in.
   *
   * @param newEpoch the operator restored the database and says so
   * @param clock gives the time to every decision
   */
  public record Options(boolean newEpoch, InstantSource clock, SecureRandom random) {
    /** The system's clock and randomness, no new epoch. */
    public static Options standard() {
      return new Options(false, InstantSource.system(), new SecureRandom());
    }
  }

  /**
   * Opens the data directory and starts to listen.
   *
   * @throws IOException saying what to do: the directory is in use, the database is older than it
   *     was, a file is not what it must be, an address cannot be bound
   */
  public static VerifierServer start(ServiceConfig config, Options options) throws IOException {
    Closing closing = new Closing();
    try {
      return start(config, options, closing);
    } catch (IOException | RuntimeException e) {
      closing.close();
      throw e;
    }
  }

  private static VerifierServer start(ServiceConfig config, Options options, Closing closing)
      throws IOException {
    InstantSource clock = options.clock();
    Path data = config.dataDir();
    PrivateFiles.createDirectory(data);
    closing.add(DirectoryLock.take(data.resolve("lock"))::close);
    SignatureProviders providers = SignatureProviders.detect();
    Provider provider = EvidenceProvider.of(providers);
    ServerTls tls = ServerCertificate.open(config.tls(), data, clock.instant(), options.random());
    Database database = Database.open(data.resolve("verifier.db"));
    closing.add(database::close);
    HighWater highWater = new HighWater(data.resolve("high-water"));
    boolean first = !highWater.exists();
    highWater.check(database, options.newEpoch());
    closing.add(() -> highWater.raise(database));
    KeyStore keys =
        KeyStore.open(
            KeyContainers.open(config.keys(), data.resolve("keys"), providers),
            new KeyStore.Terms(
                config.svids().map(ServiceConfig.Svids::trustDomain).orElse(null),
                config.svids().map(ServiceConfig.Svids::publishAhead).orElse(PUBLISH_AHEAD)),
            database,
            clock.instant(),
            options.random());
    Path snapshotKeyFile = data.resolve("snapshot-key.jwk.json");
    PrivateFiles.replace(snapshotKeyFile, StrictJson.encode(keys.snapshot().publicJwk()));
    PrivateFiles.replace(
        data.resolve(AUDIT_KEY_FILE), StrictJson.encode(keys.audit().getLast().publicJwk()));
    int nonces = config.limits().replayNonces();
    ReplayMemory replays =
        first
            ? ReplayMemory.onFirstStart(nonces, clock.instant())
            : ReplayMemory.afterRestart(nonces, clock.instant());

    DecisionLog log = new DecisionLog(options.random());
    Checkpoints checkpoints =
        new Checkpoints(config.issuer(), database, keys.audit(), data.resolve("audit-checkpoint"));
    Optional<String> lost = checkpoints.open(options.newEpoch());
    if (options.newEpoch()) {
      recordNewEpoch(database, log, lost, clock);
    }
    closing.add(checkpoints::keep);
    Metrics metrics = new Metrics();
    RequestJudge judge =
        new RequestJudge(config.authorities(), providers, replays, database, log, metrics, clock);
    SnapshotPublisher publisher =
        new SnapshotPublisher(config.issuer(), database, keys, highWater, judge::trust, clock);
    publisher.noteKeys();
    publisher.publish();
    closing.add(publisher::close);
    StatusWatch status = new StatusWatch(database, clock);
    status.measure(metrics);
    closing.add(
        new Housekeeping(
                database, publisher, log, checkpoints, status, config.keepDecisions(), clock)
            ::close);

    Acts acts = new Acts(database, log, clock);
    List<Route> routes = new ArrayList<>();
    TrustedRoot sigstore = sigstore(config.trustedRoot());
    Attesting attesting = new Attesting(config, options, keys, provider, database, log);
    AttestationService attestations = attesting.attestations(sigstore);
    EnrollmentService enrollments = attesting.enrollments();
    routes.addAll(
        new HostCallRoutes(enrollments, attestations, config.limits(), metrics, clock).routes());
    routes.addAll(new RequestRoutes(judge, clock).routes());
    routes.addAll(
        new Issuing(config, keys, providers, database, log, clock)
            .routes(
                new AgentCalls(config.issuer(), replays, judge::trusted),
                metrics,
                options.random()));
    routes.addAll(new TrustRoutes(keys, publisher, config.limits().streams(), clock).routes());
    routes.addAll(new HostRoutes(acts, config.requireBoundTokens(), options.random()).routes());
    routes.addAll(
        new RegistrationRoutes(acts, sigstore != null, config.pcrs().contains(ImaJudgement.IMA_PCR))
            .routes());
    routes.addAll(new ImaPolicyRoutes(acts).routes());
    routes.addAll(new AgentRoutes(acts, clock).routes());
    routes.addAll(new RevocationRoutes(acts, publisher).routes());
    routes.addAll(new AuditRoutes(database, checkpoints, clock).routes());
    routes.addAll(new KeyRoutes(acts, keys, publisher, clock, options.random()).routes());
    List<Route> operationsRoutes =
        new OperationsRoutes(
                () -> Housekeeping.requireWritable(database, publisher, clock), metrics, clock)
            .routes(config.operations() != null);
    new Gauges(database, publisher, checkpoints, clock).addTo(metrics);

    ApiServer operations = null;
    if (config.operations() == null) {
      routes.addAll(operationsRoutes);
    } else {
      operations =
          ApiServer.start(config.operations(), true, tls, config, operationsRoutes, metrics, clock);
      closing.add(operations::close);
    }
    ApiServer api = ApiServer.start(config.listen(), false, tls, config, routes, metrics, clock);
    closing.add(api::close);
    warn(config, providers);
    List<Route> all = new ArrayList<>(routes);
    all.addAll(operationsRoutes);
    return new VerifierServer(
        tls,
        keys,
        snapshotKeyFile,
        api,
        operations,
        all.stream().distinct().toList(),
        attestations,
        closing);
  }

  /** The API's port. */
  public int port() {
    return api.port();
  }

  /** The operations listener's port; the API's if there is no such listener. */
  public int operationsPort() {
    return operations == null ? api.port() : operations.port();
  }

  /** SHA-256 of the server's SubjectPublicKeyInfo, for hosts to pin. */
  public Digest pin() {
    return tls.pin();
  }

  /** What signs trust snapshots, for services to pin. */
  public PublicJwk snapshotKey() {
    return keys.snapshot().publicJwk();
  }

  /** The same as a file, public JWK, for services to take along. */
  public Path snapshotKeyFile() {
    return snapshotKeyFile;
  }

  /** What signs checkpoints of the audit log, as a file with a public JWK, for auditors to pin. */
  public Path auditKeyFile() {
    return snapshotKeyFile.resolveSibling(AUDIT_KEY_FILE);
  }

  /** Attestation without HTTP, for callers in this process such as benchmarks. */
  public AttestationService attestations() {
    return attestations;
  }

  List<Route> routes() {
    return routes;
  }

  @Override
  public void close() throws IOException {
    closing.close();
  }

  private static TrustedRoot sigstore(Path file) throws IOException {
    if (file == null) {
      return null;
    }
    try {
      TrustedRoot root = TrustedRoot.parse(Files.readAllBytes(file));
      LOG.info("keyless signatures under the trusted root {} ({})", file, root.digest());
      return root;
    } catch (MalformedMessageException e) {
      throw new IOException(file + ": " + e.getMessage(), e);
    }
  }

  private static void recordNewEpoch(
      Database database, DecisionLog log, Optional<String> lost, InstantSource clock)
      throws IOException {
    database.write(
        tx ->
            log.record(
                tx,
                new Decision(
                    "new-epoch",
                    Actor.VERIFIER,
                    null,
                    null,
                    null,
                    Decision.OK,
                    lost.map(flaw -> "begun by an operator, of this log: " + flaw)
                        .orElse("the log has all that its last checkpoint was signed over"),
                    null),
                clock.instant()));
  }

  private static void warn(ServiceConfig config, SignatureProviders providers) {
    LOG.info("signatures by {}", providers.description());
    if (config.allowSimulators()) {
      LOG.warn(
          "allowSimulators is true: TPM simulators are accepted, so whoever runs one holds its"
              + " keys. Never in production.");
    }
  }
}
