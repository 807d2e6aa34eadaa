// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0

// Checks an audit log with Tessera's fsck, as any other tiled transparency log: args are the
// verifier's URL, a file with its certificate, the log's origin, a file with the audit key (SPKI,
// DER), and the operator's credential. Prints the size of the log if it is whole.
package main

import (
	"context"
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"encoding/base64"
	"fmt"
	"net/http"
	"net/url"
	"os"

	fnote "github.com/transparency-dev/formats/note"
	"github.com/transparency-dev/merkle/rfc6962"
	"github.com/transparency-dev/tessera/api"
	"github.com/transparency-dev/tessera/client"
	"github.com/transparency-dev/tessera/fsck"
)

func main() {
	root, err := url.Parse(os.Args[1] + "/v1/audit/")
	check(err)
	certificate, err := os.ReadFile(os.Args[2])
	check(err)
	roots := x509.NewCertPool()
	roots.AppendCertsFromPEM(certificate)
	origin := os.Args[3]
	spki, err := os.ReadFile(os.Args[4])
	check(err)
	hash := sha256.Sum256(spki)
	verifier, err := fnote.NewVerifier(fmt.Sprintf("%s+%x+%s", origin, hash[:4],
		base64.StdEncoding.EncodeToString(append([]byte{2}, spki...))))
	check(err)
	fetcher, err := client.NewHTTPFetcher(root, &http.Client{
		Transport: &http.Transport{TLSClientConfig: &tls.Config{RootCAs: roots}}})
	check(err)
	fetcher.SetAuthorizationHeader("Bearer " + os.Args[5])
	checkpoint, _, _, err := client.FetchCheckpoint(
		context.Background(), fetcher.ReadCheckpoint, verifier, origin)
	check(err)
	// More workers than tiles: fsck waits for ever where every worker has found something.
	check(fsck.New(origin, verifier, fetcher, leaves, fsck.Opts{N: 64}).Check(context.Background()))
	fmt.Printf("whole %d\n", checkpoint.Size)
}

func leaves(bundle []byte) ([][]byte, error) {
	var entries api.EntryBundle
	if err := entries.UnmarshalText(bundle); err != nil {
		return nil, err
	}
	hashes := make([][]byte, 0, len(entries.Entries))
	for _, entry := range entries.Entries {
		hashes = append(hashes, rfc6962.DefaultHasher.HashLeaf(entry))
	}
	return hashes, nil
}

func check(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}
