// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.launcher.workload;

import dev.signet.protocol.AgentId;
import dev.signet.protocol.Limits;
import dev.signet.protocol.SpiffeBundle;
import dev.signet.protocol.SvidResult;
import io.grpc.MethodDescriptor;
import io.grpc.MethodDescriptor.MethodType;
import io.grpc.ServerServiceDefinition;
import io.grpc.Status;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.ServerCalls;
import io.grpc.stub.StreamObserver;
import java.io.IOException;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;

/**
 * The service {@code SpiffeWorkloadAPI} (SPIFFE_Workload_API.md): all three profiles, for one agent
 * with one id. Private keys are made here, one for each SVID, and go out with it.
 */
final class WorkloadService implements AutoCloseable {
  private static final String NAME = "SpiffeWorkloadAPI";

  /** As long as the longest SVID: what a bundle of that age could check has ended. */
  private static final Duration BUNDLE_KEPT = Limits.SVID_LIFE_MAX;

  private final AgentId agent;
  private final SvidSource source;
  private final InstantSource clock;
  private final SecureRandom random;
  private final Rotation<byte[]> x509;
  private final Rotation<byte[]> wit;
  private final Rotation<SpiffeBundle> bundle;

  /** What a method does with a call whose message is read. */
  private interface Method {
    void call(byte[] message, ServerCallStreamObserver<byte[]> answer)
        throws IOException, InterruptedException;
  }

  WorkloadService(AgentId agent, SvidSource source, InstantSource clock, SecureRandom random) {
    this.agent = agent;
    this.source = source;
    this.clock = clock;
    this.random = random;
    this.x509 = new Rotation<>("x509-svid", ofAgent(this::newX509), clock, random);
    this.wit = new Rotation<>("wit-svid", ofAgent(this::newWit), clock, random);
    this.bundle = new Rotation<>("spiffe-bundle", ofDomain(this::newBundle), clock, random);
  }

  ServerServiceDefinition definition() {
    String domain = agent.trustDomain();
    ServerServiceDefinition.Builder service = ServerServiceDefinition.builder(NAME);
    stream(
        service,
        "FetchX509SVID",
        (message, answer) -> {
          WorkloadMessages.emptyRequest(message);
          LatestOnly.send(x509, answer, encoded -> encoded);
        });
    stream(
        service,
        "FetchX509Bundles",
        (message, answer) -> {
          WorkloadMessages.emptyRequest(message);
          LatestOnly.send(bundle, answer, b -> Bundles.x509(domain, b));
        });
    unary(service, "FetchJWTSVID", this::fetchJwt);
    stream(
        service,
        "FetchJWTBundles",
        (message, answer) -> {
          WorkloadMessages.emptyRequest(message);
          LatestOnly.send(bundle, answer, b -> Bundles.jwt(domain, b));
        });
    unary(service, "ValidateJWTSVID", this::validateJwt);
    stream(
        service,
        "FetchWITSVID",
        (message, answer) -> {
          requireOwn(WorkloadMessages.witSvidRequest(message));
          LatestOnly.send(wit, answer, encoded -> encoded);
        });
    stream(
        service,
        "FetchWITBundles",
        (message, answer) -> {
          WorkloadMessages.emptyRequest(message);
          LatestOnly.send(bundle, answer, b -> Bundles.wit(domain, b));
        });
    return service.build();
  }

  /** Ends every stream with UNAVAILABLE. */
  @Override
  public void close() {
    x509.close();
    wit.close();
    bundle.close();
  }

  private void fetchJwt(byte[] message, ServerCallStreamObserver<byte[]> answer)
      throws IOException, InterruptedException {
    WorkloadMessages.JwtSvidRequest request = WorkloadMessages.jwtSvidRequest(message);
    requireOwn(request.spiffeId());
    List<String> audience = request.audience();
    Set<String> distinct = new HashSet<>(audience);
    if (audience.isEmpty()
        || audience.size() > Limits.AUDIENCES
        || distinct.size() != audience.size()
        || distinct.stream().anyMatch(a -> a.isEmpty() || a.length() > Limits.AUDIENCE_CHARS)) {
      throw Status.INVALID_ARGUMENT
          .withDescription(
              "audience: expected 1 to %d, each once and of 1 to %d characters"
                  .formatted(Limits.AUDIENCES, Limits.AUDIENCE_CHARS))
          .asRuntimeException();
    }
    switch (source.jwt(audience)) {
      case Issued.None<SvidResult.Token>(Issued.Absence why) ->
          answer.onError(LatestOnly.status(why).asRuntimeException());
      case Issued.Granted<SvidResult.Token>(SvidResult.Token svid) -> {
        requireIssuedTo(svid.id());
        answer.onNext(WorkloadMessages.jwtSvid(agent.value(), svid.token()));
        answer.onCompleted();
      }
    }
  }

  private void validateJwt(byte[] message, ServerCallStreamObserver<byte[]> answer)
      throws IOException {
    WorkloadMessages.ValidateRequest request = WorkloadMessages.validateRequest(message);
    if (request.audience().isEmpty() || request.svid().isEmpty()) {
      throw Status.INVALID_ARGUMENT
          .withDescription("expected an audience and a JWT-SVID")
          .asRuntimeException();
    }
    Once<SpiffeBundle> once =
        new Once<>(
            bundle,
            keys -> {
              answerWith(
                  JwtSvidCheck.check(
                      request.svid(),
                      request.audience(),
                      agent.trustDomain(),
                      keys,
                      clock.instant()),
                  answer);
            },
            why -> answer.onError(LatestOnly.status(why).asRuntimeException()));
    answer.setOnCancelHandler(once::forget);
    once.ask();
  }

  private static void answerWith(
      JwtSvidCheck.Result result, ServerCallStreamObserver<byte[]> answer) {
    switch (result) {
      case JwtSvidCheck.Result.Invalid(String why) ->
          answer.onError(Status.INVALID_ARGUMENT.withDescription(why).asRuntimeException());
      case JwtSvidCheck.Result.Valid(AgentId id, var claims) -> {
        answer.onNext(WorkloadMessages.validated(id.value(), Claims.struct(claims)));
        answer.onCompleted();
      }
    }
  }

  private Issued<Rotation.Held<byte[]>> newX509() throws IOException, InterruptedException {
    SvidKey key = SvidKey.generate(random);
    return switch (source.x509(key)) {
      case Issued.None<SvidResult.X509>(Issued.Absence why) -> new Issued.None<>(why);
      case Issued.Granted<SvidResult.X509>(SvidResult.X509 svid) -> {
        CheckedCertificate.require(svid, agent, key.publicKey(), clock.instant());
        byte[] message =
            WorkloadMessages.x509Svid(
                agent.value(),
                CheckedCertificate.concatenated(svid.chain()),
                key.pkcs8(),
                CheckedCertificate.concatenated(svid.bundle()));
        yield held(message, svid.renewAfter(), svid.notAfter());
      }
    };
  }

  private Issued<Rotation.Held<byte[]>> newWit() throws IOException, InterruptedException {
    SvidKey key = SvidKey.generate(random);
    return switch (source.wit(key)) {
      case Issued.None<SvidResult.Token>(Issued.Absence why) -> new Issued.None<>(why);
      case Issued.Granted<SvidResult.Token>(SvidResult.Token svid) -> {
        requireIssuedTo(svid.id());
        byte[] message = WorkloadMessages.witSvid(agent.value(), svid.token(), key.privateJwk());
        yield held(message, svid.renewAfter(), svid.notAfter());
      }
    };
  }

  private Issued<Rotation.Held<SpiffeBundle>> newBundle() throws IOException, InterruptedException {
    return switch (source.bundle()) {
      case Issued.None<SpiffeBundle>(Issued.Absence why) -> new Issued.None<>(why);
      case Issued.Granted<SpiffeBundle>(SpiffeBundle keys) -> {
        Instant now = clock.instant();
        Instant end = now.plus(BUNDLE_KEPT);
        Instant again = now.plusSeconds(keys.refreshHint());
        yield held(keys, again.isBefore(end) ? again : now.plus(BUNDLE_KEPT.dividedBy(2)), end);
      }
    };
  }

  /** Has something anew. */
  private interface Asking<T> {
    Issued<Rotation.Held<T>> ask() throws IOException, InterruptedException;
  }

  /** What is the agent's ends with its identity. */
  private <T> Rotation.Renewal<T> ofAgent(Asking<T> asking) {
    return renewal(asking, source::lost);
  }

  /** What everybody may know. */
  private static <T> Rotation.Renewal<T> ofDomain(Asking<T> asking) {
    return renewal(asking, Optional::empty);
  }

  private static <T> Rotation.Renewal<T> renewal(
      Asking<T> asking, Supplier<Optional<Issued.Absence>> lost) {
    return new Rotation.Renewal<>() {
      @Override
      public Issued<Rotation.Held<T>> renew() throws IOException, InterruptedException {
        return asking.ask();
      }

      @Override
      public Optional<Issued.Absence> lost() {
        return lost.get();
      }
    };
  }

  private static <T> Issued<Rotation.Held<T>> held(T value, Instant renewAt, Instant notAfter) {
    return new Issued.Granted<>(new Rotation.Held<>(value, renewAt, notAfter));
  }

  private void requireIssuedTo(AgentId id) throws IOException {
    if (!id.equals(agent)) {
      throw new IOException("the verifier's SVID: expected " + agent + ", got " + id);
    }
  }

  /** Some ask for one of several ids by name; this agent has one. */
  private void requireOwn(String asked) {
    if (!asked.isEmpty() && !asked.equals(agent.value())) {
      throw Status.PERMISSION_DENIED
          .withDescription("this agent is " + agent + " and nobody else")
          .asRuntimeException();
    }
  }

  private static void stream(ServerServiceDefinition.Builder service, String name, Method method) {
    service.addMethod(
        descriptor(MethodType.SERVER_STREAMING, name),
        ServerCalls.asyncServerStreamingCall((message, answer) -> run(method, message, answer)));
  }

  private static void unary(ServerServiceDefinition.Builder service, String name, Method method) {
    service.addMethod(
        descriptor(MethodType.UNARY, name),
        ServerCalls.asyncUnaryCall((message, answer) -> run(method, message, answer)));
  }

  private static void run(Method method, byte[] message, StreamObserver<byte[]> answer) {
    try {
      method.call(message, (ServerCallStreamObserver<byte[]>) answer);
    } catch (com.google.protobuf.InvalidProtocolBufferException e) {
      answer.onError(
          Status.INVALID_ARGUMENT
              .withDescription("not the message that was expected")
              .asRuntimeException());
    } catch (io.grpc.StatusRuntimeException e) {
      answer.onError(e);
    } catch (IOException e) {
      answer.onError(Status.UNAVAILABLE.withDescription(e.getMessage()).asRuntimeException());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      answer.onError(Status.UNAVAILABLE.withDescription("interrupted").asRuntimeException());
    }
  }

  private static MethodDescriptor<byte[], byte[]> descriptor(MethodType type, String name) {
    return MethodDescriptor.<byte[], byte[]>newBuilder()
        .setType(type)
        .setFullMethodName(MethodDescriptor.generateFullMethodName(NAME, name))
        .setRequestMarshaller(WholeMessage.INSTANCE)
        .setResponseMarshaller(WholeMessage.INSTANCE)
        .build();
  }
}
