// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0

// What go-spiffe, unchanged, makes of a Workload API: one line for each thing that it got.
package main

import (
	"context"
	"crypto/tls"
	"fmt"
	"io"
	"log"
	"net"
	"os"
	"time"

	"github.com/spiffe/go-spiffe/v2/bundle/jwtbundle"
	"github.com/spiffe/go-spiffe/v2/spiffeid"
	"github.com/spiffe/go-spiffe/v2/spiffetls/tlsconfig"
	"github.com/spiffe/go-spiffe/v2/svid/jwtsvid"
	"github.com/spiffe/go-spiffe/v2/workloadapi"
)

func main() {
	log.SetFlags(0)
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
	defer cancel()

	source, err := workloadapi.NewX509Source(ctx)
	must("source", err)
	defer source.Close()
	svid, err := source.GetX509SVID()
	must("x509", err)
	fmt.Println("x509", svid.ID)

	self(source, svid.ID)
	first := svid.Certificates[0].SerialNumber
	must("updated", source.WaitUntilUpdated(ctx))
	for svid.Certificates[0].SerialNumber.Cmp(first) == 0 {
		time.Sleep(50 * time.Millisecond)
		svid, err = source.GetX509SVID()
		must("x509", err)
	}
	fmt.Println("rotated", svid.ID)

	client, err := workloadapi.New(ctx)
	must("client", err)
	defer client.Close()
	token, err := client.FetchJWTSVID(ctx, jwtsvid.Params{Audience: "https://tool.example"})
	must("jwt", err)
	fmt.Println("jwt", token.ID, token.Audience)
	checked, err := client.ValidateJWTSVID(ctx, token.Marshal(), "https://tool.example")
	must("validate", err)
	fmt.Println("validated", checked.ID)
	bundles, err := client.FetchJWTBundles(ctx)
	must("jwt bundles", err)
	offline(token.Marshal(), bundles)
	if _, err := client.ValidateJWTSVID(ctx, token.Marshal(), "other"); err == nil {
		log.Fatal("validated for another audience")
	}
	fmt.Println("done")
}

func offline(token string, bundles *jwtbundle.Set) {
	svid, err := jwtsvid.ParseAndValidate(token, bundles, []string{"https://tool.example"})
	must("offline", err)
	fmt.Println("offline", svid.ID)
}

// self speaks mutual TLS to itself, and fails to with somebody else.
func self(source *workloadapi.X509Source, id spiffeid.ID) {
	config := tlsconfig.MTLSServerConfig(source, source, tlsconfig.AuthorizeID(id))
	listener, err := tls.Listen("tcp", "127.0.0.1:0", config)
	must("listen", err)
	go func() {
		for {
			connection, err := listener.Accept()
			if err != nil {
				return
			}
			go func(c net.Conn) { _, _ = io.WriteString(c, "hello"); _ = c.Close() }(connection)
		}
	}()
	good := tlsconfig.MTLSClientConfig(source, source, tlsconfig.AuthorizeID(id))
	connection, err := tls.Dial("tcp", listener.Addr().String(), good)
	must("dial", err)
	hello, err := io.ReadAll(connection)
	must("read", err)
	fmt.Println("mtls", string(hello))
	other := spiffeid.RequireFromString("spiffe://" + id.TrustDomain().Name() + "/somebody/else")
	bad := tlsconfig.MTLSClientConfig(source, source, tlsconfig.AuthorizeID(other))
	if _, err := tls.Dial("tcp", listener.Addr().String(), bad); err == nil {
		log.Fatal("took the id for another")
	}
	fmt.Println("refused another id")
}

func must(what string, err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, what+":", err)
		os.Exit(1)
	}
}
