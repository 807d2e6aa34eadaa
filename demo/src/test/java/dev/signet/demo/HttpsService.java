// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.demo;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import dev.signet.verifierservice.config.ServiceConfig;
import dev.signet.verifierservice.keys.Pem;
import dev.signet.verifierservice.keys.ServerCertificate;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.KeyStore;
import java.security.SecureRandom;
import java.security.cert.Certificate;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;

/** Somebody's service in TLS, which knows nothing of Signet and keeps what it got. */
final class HttpsService implements AutoCloseable {
  private static final int PATIENCE_SECONDS = 60;

  /**
   * @param body how many bytes of it came
   */
  record Received(String path, String token, String signature, String input, int body) {}

  private final HttpsServer server;
  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
  private final Path certificate;
  private final CountDownLatch closing = new CountDownLatch(1);
  final List<Received> received = new CopyOnWriteArrayList<>();
  final Semaphore shown = new Semaphore(0);

  /** How many requests for {@code /hold} are not answered. */
  final AtomicInteger held = new AtomicInteger();

  /**
   * @param directory an empty one, for its certificate
   */
  HttpsService(Path directory) throws Exception {
    ServiceConfig.Tls tls = new ServiceConfig.Tls(null, null, List.of("127.0.0.1"));
    certificate = directory.resolve("tls.pem");
    server = HttpsServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    ServerCertificate.open(tls, directory, Instant.now(), new SecureRandom());
    server.setHttpsConfigurator(new HttpsConfigurator(context(directory.resolve("tls.key"))));
    server.setExecutor(threads);
    server.createContext("/hello", exchange -> answer(exchange, "hello"));
    server.createContext("/events", this::events);
    server.createContext("/hold", this::hold);
    server.start();
  }

  private SSLContext context(Path key) throws Exception {
    KeyStore store = KeyStore.getInstance("PKCS12");
    store.load(null, null);
    Certificate[] chain = Pem.certificates(certificate).toArray(Certificate[]::new);
    store.setKeyEntry("server", Pem.privateKey(key), new char[0], chain);
    KeyManagerFactory keys = KeyManagerFactory.getInstance("PKIX");
    keys.init(store, new char[0]);
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(keys.getKeyManagers(), null, null);
    return context;
  }

  String url(String path) {
    return "https://127.0.0.1:" + server.getAddress().getPort() + path;
  }

  /** PEM, for who is to trust it. */
  Path certificate() {
    return certificate;
  }

  private void record(HttpExchange exchange) throws IOException {
    byte[] body = exchange.getRequestBody().readAllBytes();
    var fields = exchange.getRequestHeaders();
    received.add(
        new Received(
            exchange.getRequestURI().getPath(),
            fields.getFirst("Workload-Identity-Token"),
            fields.getFirst("Signature"),
            fields.getFirst("Signature-Input"),
            body.length));
  }

  private void answer(HttpExchange exchange, String text) throws IOException {
    record(exchange);
    byte[] body = (text + "\n").getBytes(StandardCharsets.UTF_8);
    exchange.sendResponseHeaders(200, body.length);
    try (OutputStream out = exchange.getResponseBody()) {
      out.write(body);
    }
  }

  /** The second event only when the test has seen the first. */
  private void events(HttpExchange exchange) throws IOException {
    record(exchange);
    exchange.getResponseHeaders().set("Content-Type", "text/event-stream");
    exchange.sendResponseHeaders(200, 0);
    try (OutputStream out = exchange.getResponseBody()) {
      out.write("data: first\n\n".getBytes(StandardCharsets.UTF_8));
      out.flush();
      boolean inTime = shown.tryAcquire(PATIENCE_SECONDS, TimeUnit.SECONDS);
      out.write(("data: shown " + inTime + "\n\n").getBytes(StandardCharsets.UTF_8));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void hold(HttpExchange exchange) throws IOException {
    record(exchange);
    held.incrementAndGet();
    try {
      closing.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    exchange.close();
  }

  @Override
  public void close() {
    closing.countDown();
    server.stop(0);
    threads.shutdownNow();
  }
}
