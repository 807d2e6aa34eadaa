// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.demo.docs;

import io.spiffe.provider.SpiffeSslContextFactory;
import io.spiffe.provider.SpiffeSslContextFactory.SslContextOptions;
import io.spiffe.spiffeid.SpiffeId;
import io.spiffe.workloadapi.DefaultX509Source;
import io.spiffe.workloadapi.DefaultX509Source.X509SourceOptions;
import java.net.InetSocketAddress;
import java.net.Proxy;
import java.net.Socket;
import java.net.URI;
import java.time.Duration;
import java.util.Set;
import javax.net.ssl.SSLContext;

/** Speaks mutual TLS with one other agent: its address and its SPIFFE ID are the arguments. */
public class SpiffeClient {
  public static void main(String[] args) throws Exception {
    DefaultX509Source source =
        DefaultX509Source.newSource(
            X509SourceOptions.builder().initTimeout(Duration.ofSeconds(30)).build());
    SSLContext tls =
        SpiffeSslContextFactory.getSslContext(
            SslContextOptions.builder()
                .sslProtocol("TLSv1.3")
                .x509Source(source)
                .acceptedSpiffeIdsSupplier(() -> Set.of(SpiffeId.parse(args[2])))
                .build());
    String host = args[0];
    int port = Integer.parseInt(args[1]);
    try (Socket tunnel = tunnel(host, port);
        Socket socket = tls.getSocketFactory().createSocket(tunnel, host, port, true)) {
      socket.getOutputStream().write("hello\n".getBytes());
      System.out.println(new String(socket.getInputStream().readAllBytes()));
    }
    source.close();
  }

  /** A connection through the launcher's proxy: in full isolation there is no other way out. */
  private static Socket tunnel(String host, int port) throws Exception {
    URI proxy = URI.create(System.getenv("HTTPS_PROXY"));
    Socket tunnel =
        new Socket(
            new Proxy(Proxy.Type.HTTP, new InetSocketAddress(proxy.getHost(), proxy.getPort())));
    tunnel.connect(InetSocketAddress.createUnresolved(host, port));
    return tunnel;
  }
}
