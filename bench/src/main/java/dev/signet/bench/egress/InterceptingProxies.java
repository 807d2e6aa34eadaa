// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.bench.egress;

import dev.signet.bench.Directories;
import dev.signet.bench.JavaProcess;
import dev.signet.bench.Ports;
import dev.signet.bench.Processes;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.UserPrincipal;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * The proxies that look into HTTPS: Signet's, and the others that are installed here. All answer by
 * an authority with a P-256 key and check the origin's certificate.
 */
final class InterceptingProxies implements AutoCloseable {
  /** Where {@code mitmdump} is, if it is not in the path. */
  private static final String MITMDUMP = "signet.mitmdump";

  private static final Path SQUID = Path.of("/usr/sbin/squid");
  private static final Path SQUID_CERTIFICATES = Path.of("/usr/lib/squid/security_file_certgen");
  private static final Duration MOST = Duration.ofSeconds(30);

  private final List<RunningProxy> proxies = new ArrayList<>();

  private InterceptingProxies() {}

  /** Starts all; says on standard error which are not there. */
  static InterceptingProxies start(OriginCertificate origin)
      throws IOException, InterruptedException {
    InterceptingProxies all = new InterceptingProxies();
    try {
      all.proxies.add(signet(origin));
      Optional<Path> mitmdump = mitmdump();
      if (mitmdump.isPresent()) {
        all.proxies.add(mitmproxy(mitmdump.get(), origin));
      } else {
        leftOut("mitmproxy", "no mitmdump in PATH or -D" + MITMDUMP);
      }
      if (Files.isExecutable(SQUID) && Files.isExecutable(SQUID_CERTIFICATES)) {
        all.proxies.add(squid(origin));
      } else {
        leftOut("squid", "the Debian package squid-openssl is not installed");
      }
    } catch (IOException | InterruptedException e) {
      all.close();
      throw e;
    }
    return all;
  }

  private static void leftOut(String name, String why) {
    System.err.println("signet bench: egress without " + name + ": " + why);
  }

  /** Signet's first. */
  List<RunningProxy> proxies() {
    return List.copyOf(proxies);
  }

  private static RunningProxy signet(OriginCertificate origin) throws IOException {
    Path directory = Files.createTempDirectory("signet-bench-egress");
    Path authority = directory.resolve("launch-authority.pem");
    JavaProcess egress =
        JavaProcess.start(
            EgressProcess.class,
            directory.toString(),
            "with-log",
            origin.authority().toString(),
            authority.toString());
    return new RunningProxy(
        "Signet egress",
        egress.handle(),
        Integer.parseInt(egress.firstLine()),
        OriginCertificate.trusting(authority),
        () -> {
          egress.close();
          Directories.delete(directory);
        });
  }

  private static Optional<Path> mitmdump() {
    return Stream.concat(
            Stream.ofNullable(System.getProperty(MITMDUMP)).map(Path::of),
            Stream.of(System.getenv("PATH").split(":", -1))
                .map(directory -> Path.of(directory, "mitmdump")))
        .filter(Files::isExecutable)
        .findFirst();
  }

  /** As it is installed, but that it neither prints requests nor waits for the end of answers. */
  private static RunningProxy mitmproxy(Path mitmdump, OriginCertificate origin)
      throws IOException, InterruptedException {
    Path directory = Files.createTempDirectory("signet-bench-mitmproxy");
    Files.writeString(
        directory.resolve("mitmproxy-ca.pem"),
        Files.readString(origin.authorityKey()) + Files.readString(origin.authority()));
    int port = Ports.free();
    ServerProgram program =
        ServerProgram.start(
            "mitmproxy",
            directory,
            port,
            List.of(
                mitmdump.toString(),
                "--quiet",
                "--listen-host",
                "127.0.0.1",
                "--listen-port",
                Integer.toString(port),
                "--set",
                "confdir=" + directory,
                "--set",
                "ssl_verify_upstream_trusted_ca=" + origin.authority(),
                "--set",
                "stream_large_bodies=1"));
    return running("mitmproxy", program, port, origin);
  }

  private static RunningProxy squid(OriginCertificate origin)
      throws IOException, InterruptedException {
    Path directory = Files.createTempDirectory("signet-bench-squid");
    int port = Ports.free();
    Files.writeString(
        directory.resolve("squid.conf"),
        """
        http_port 127.0.0.1:%2$d ssl-bump tls-cert=%1$s/authority.pem generate-host-certificates=on dynamic_cert_mem_cache_size=4MB
        sslcrtd_program %3$s -s %1$s/certificates -M 4MB
        sslcrtd_children 2
        tls_outgoing_options cafile=%1$s/authority.pem
        acl first at_step SslBump1
        ssl_bump stare first
        ssl_bump bump all
        http_access allow all
        cache deny all
        cache_mem 8 MB
        max_filedescriptors 8192
        access_log none
        cache_log %1$s/cache.log
        pid_filename %1$s/pid
        coredump_dir %1$s
        netdb_filename none
        pinger_enable off
        shutdown_lifetime 1 seconds
        visible_hostname localhost
        """
            .formatted(directory, port, SQUID_CERTIFICATES));
    Files.writeString(
        directory.resolve("authority.pem"),
        Files.readString(origin.authority()) + Files.readString(origin.authorityKey()));
    Processes.output(
        MOST,
        List.of(
            SQUID_CERTIFICATES.toString(),
            "-c",
            "-s",
            directory.resolve("certificates").toString(),
            "-M",
            "4MB"));
    if (Files.getOwner(directory).getName().equals("root")) {
      giveTo("proxy", directory); // as whom Debian's squid works when root starts it
    }
    ServerProgram program =
        ServerProgram.start(
            "squid",
            directory,
            port,
            List.of(SQUID.toString(), "-N", "-f", directory.resolve("squid.conf").toString()));
    return running("squid", program, port, origin);
  }

  private static void giveTo(String user, Path directory) throws IOException {
    UserPrincipal owner =
        directory.getFileSystem().getUserPrincipalLookupService().lookupPrincipalByName(user);
    try (Stream<Path> files = Files.walk(directory)) {
      for (Path file : files.toList()) {
        Files.setOwner(file, owner);
      }
    }
  }

  private static RunningProxy running(
      String name, ServerProgram program, int port, OriginCertificate origin) throws IOException {
    return new RunningProxy(
        name,
        program.handle(),
        port,
        OriginCertificate.trusting(origin.authority()),
        program::close);
  }

  @Override
  public void close() throws IOException {
    for (RunningProxy proxy : proxies) {
      proxy.close();
    }
  }
}
