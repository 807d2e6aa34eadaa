// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0

// Peers gives a token of the verifier's to what Vault and Kubernetes check tokens with: the
// configurations of docs/guides/federate.md, in the code that these servers run.
//
// Usage: peers ISSUER CA_FILE TOKEN_FOR_VAULT TOKEN_FOR_KUBERNETES SUBJECT
package main

import (
	"context"
	"fmt"
	"net/http"
	"os"
	"strings"
	"time"

	"github.com/hashicorp/go-hclog"
	jwtauth "github.com/hashicorp/vault-plugin-auth-jwt"
	"github.com/hashicorp/vault/sdk/logical"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/serializer"
	"k8s.io/apiserver/pkg/apis/apiserver"
	"k8s.io/apiserver/pkg/apis/apiserver/install"
	"k8s.io/apiserver/pkg/authentication/authenticator"
	"k8s.io/apiserver/pkg/authentication/request/bearertoken"
	"k8s.io/apiserver/plugin/pkg/authenticator/token/oidc"
)

func main() {
	if len(os.Args) != 6 {
		fail(fmt.Errorf("expected 5 arguments, got %d", len(os.Args)-1))
	}
	issuer, caFile, forVault, forKubernetes, subject :=
		os.Args[1], os.Args[2], os.Args[3], os.Args[4], os.Args[5]
	ca, err := os.ReadFile(caFile)
	fail(err)
	ctx, end := context.WithTimeout(context.Background(), time.Minute)
	defer end()
	vault(ctx, issuer, string(ca), forVault, forKubernetes, subject)
	kubernetes(ctx, issuer, string(ca), forKubernetes, forVault)
}

func fail(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// vault runs Vault's JWT method: the commands of the guide, then a login with each token.
func vault(ctx context.Context, issuer, ca, token, other, subject string) {
	storage := &logical.InmemStorage{}
	backend, err := jwtauth.Factory(ctx, &logical.BackendConfig{
		Logger:      hclog.NewNullLogger(),
		System:      &logical.StaticSystemView{DefaultLeaseTTLVal: time.Hour, MaxLeaseTTLVal: time.Hour},
		StorageView: storage,
	})
	fail(err)
	call := func(operation logical.Operation, path string, data map[string]any) (*logical.Response, error) {
		return backend.HandleRequest(ctx, &logical.Request{
			Operation: operation, Path: path, Storage: storage, Data: data,
			Connection: &logical.Connection{RemoteAddr: "127.0.0.1"},
		})
	}
	write := func(path string, data map[string]any) {
		answer, err := call(logical.UpdateOperation, path, data)
		fail(err)
		if answer != nil && answer.IsError() {
			fail(fmt.Errorf("%s: %w", path, answer.Error()))
		}
	}
	write("config", map[string]any{
		"oidc_discovery_url": issuer, "oidc_discovery_ca_pem": ca, "bound_issuer": issuer,
	})
	role := map[string]any{
		"role_type": "jwt", "user_claim": "sub", "bound_audiences": "vault",
		"bound_subject": subject, "token_policies": "billing", "token_ttl": "10m",
	}
	answer, err := call(logical.CreateOperation, "role/billing", role)
	fail(err)
	if answer != nil && answer.IsError() {
		fail(answer.Error())
	}
	login := func(token string) (*logical.Response, error) {
		return call(logical.UpdateOperation, "login", map[string]any{"role": "billing", "jwt": token})
	}
	answer, err = login(token)
	fail(err)
	if answer.IsError() {
		fail(answer.Error())
	}
	fmt.Println("vault", answer.Auth.Alias.Name, strings.Join(answer.Auth.Policies, ","), answer.Auth.TTL)
	for name, bad := range map[string]string{"another audience": other, "a changed token": changed(token)} {
		answer, err = login(bad)
		if err == nil && !answer.IsError() {
			fail(fmt.Errorf("vault let in %s", name))
		}
	}
	fmt.Println("vault refused the others")
}

const structured = `apiVersion: apiserver.config.k8s.io/v1beta1
kind: AuthenticationConfiguration
jwt:
  - issuer: {url: ISSUER, audiences: [kubernetes]}
    claimMappings:
      username: {claim: sub, prefix: "signet:"}
`

// kubernetes runs the API server's authenticator under its structured authentication configuration.
func kubernetes(ctx context.Context, issuer, ca, token, other string) {
	scheme := runtime.NewScheme()
	install.Install(scheme)
	codecs := serializer.NewCodecFactory(scheme, serializer.EnableStrict)
	decoded, err := runtime.Decode(
		codecs.UniversalDecoder(), []byte(strings.ReplaceAll(structured, "ISSUER", issuer)))
	fail(err)
	configuration, ok := decoded.(*apiserver.AuthenticationConfiguration)
	if !ok {
		fail(fmt.Errorf("expected an AuthenticationConfiguration, got %T", decoded))
	}
	method := configuration.JWT[0]
	method.Issuer.CertificateAuthority = ca
	provider, err := oidc.New(ctx, oidc.Options{
		JWTAuthenticator:     method,
		CAContentProvider:    content(ca),
		SupportedSigningAlgs: oidc.AllValidSigningAlgorithms(),
	})
	fail(err)
	for provider.HealthCheck() != nil { // it reads the discovery document in the background
		if ctx.Err() != nil {
			fail(fmt.Errorf("kubernetes: %w", provider.HealthCheck()))
		}
		time.Sleep(50 * time.Millisecond)
	}
	authenticate := func(token string) (*authenticator.Response, bool, error) {
		request, err := http.NewRequestWithContext(ctx, http.MethodGet, "https://api", nil)
		fail(err)
		request.Header.Set("Authorization", "Bearer "+token)
		return bearertoken.New(provider).AuthenticateRequest(request)
	}
	answer, ok, err := authenticate(token)
	fail(err)
	if !ok {
		fail(fmt.Errorf("kubernetes does not know the issuer of the token"))
	}
	fmt.Println("kubernetes", answer.User.GetName())
	for name, bad := range map[string]string{"another audience": other, "a changed token": changed(token)} {
		if _, ok, err := authenticate(bad); ok && err == nil {
			fail(fmt.Errorf("kubernetes let in %s", name))
		}
	}
	fmt.Println("kubernetes refused the others")
}

// changed returns the token with another first character of its signature.
func changed(token string) string {
	at := strings.LastIndex(token, ".") + 1
	other := "A"
	if token[at] == 'A' {
		other = "B"
	}
	return token[:at] + other + token[at+1:]
}

type content string

func (content) Name() string                     { return "ca" }
func (c content) CurrentCABundleContent() []byte { return []byte(c) }
