// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0

// Reads an attestation result with Veraison's own library: args are a file with the token and one
// with the JWK; prints each submodule's status.
package main

import (
	"fmt"
	"os"

	"github.com/lestrrat-go/jwx/v3/jwa"
	"github.com/lestrrat-go/jwx/v3/jwk"
	"github.com/veraison/ear"
)

func main() {
	token, err := os.ReadFile(os.Args[1])
	check(err)
	text, err := os.ReadFile(os.Args[2])
	check(err)
	key, err := jwk.ParseKey(text)
	check(err)
	var result ear.AttestationResult
	check(result.Verify(token, jwa.ES256(), key))
	for name, appraisal := range result.Submods {
		fmt.Printf("%s %s %v\n", name, *appraisal.Status, appraisal.TrustVector.AsMap())
	}
}

func check(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}
