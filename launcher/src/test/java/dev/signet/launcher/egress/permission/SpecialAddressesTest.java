// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.launcher.egress.permission;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SpecialAddressesTest {
  @ParameterizedTest
  @CsvSource({
    "127.0.0.1,loopback",
    "127.255.255.255,loopback",
    "::1,loopback",
    "0.0.0.0,unspecified",
    "0.1.2.3,unspecified",
    "::,unspecified",
    "10.0.0.0,private",
    "10.255.255.255,private",
    "172.16.0.0,private",
    "172.31.255.255,private",
    "192.168.0.1,private",
    "fc00::1,unique local",
    "fdff:ffff::1,unique local",
    "169.254.0.1,link-local",
    "fe80::1,link-local",
    "febf::1,link-local",
    "fec0::1,site-local",
    "100.64.0.0,shared",
    "100.127.255.255,shared",
    "224.0.0.1,multicast",
    "239.255.255.255,multicast",
    "ff02::1,multicast",
    "255.255.255.255,broadcast",
    "240.0.0.1,reserved",
    "192.0.0.8,IETF",
    "2001:2::1,IETF",
    "2001:20::1,IETF",
    "192.0.2.1,documentation",
    "198.51.100.1,documentation",
    "203.0.113.255,documentation",
    "2001:db8::1,documentation",
    "3fff::1,documentation",
    "198.18.0.1,benchmarks",
    "198.19.255.255,benchmarks",
    "192.88.99.1,6to4",
    "2002:7f00:1::,6to4",
    "2001::7f00:1,Teredo",
    "64:ff9b::7f00:1,NAT64",
    "64:ff9b::808:808,NAT64",
    "64:ff9b:1::1,NAT64",
    "::7f00:1,disguise",
    "::ffff:0:7f00:1,disguise",
    "169.254.169.254,cloud metadata",
    "169.254.170.2,cloud metadata",
    "fd00:ec2::254,cloud metadata",
    "fd20:ce::254,cloud metadata",
    "100.100.100.200,cloud metadata",
    "168.63.129.16,cloud metadata",
    "192.0.0.192,cloud metadata",
    "100::1,not of the public",
    "5f00::1,not of the public",
    "4000::1,not of the public",
    "8000::1,not of the public"
  })
  void saysWhatIsNotOfTheInternet(String address, String kind) {
    assertThat(SpecialAddresses.kind(InetAddress.ofLiteral(address)))
        .hasValueSatisfying(text -> assertThat(text).contains(kind));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "1.1.1.1",
        "9.255.255.255",
        "11.0.0.0",
        "100.63.255.255",
        "100.128.0.0",
        "126.255.255.255",
        "128.0.0.0",
        "168.63.129.15",
        "169.253.255.255",
        "172.15.255.255",
        "172.32.0.0",
        "192.167.255.255",
        "192.169.0.0",
        "198.17.255.255",
        "198.20.0.0",
        "223.255.255.255",
        "2001:200::1",
        "2001:4860:4860::8888",
        "2606:4700::1111",
        "2a00:1450::1"
      })
  void leavesTheRest(String address) {
    assertThat(SpecialAddresses.kind(InetAddress.ofLiteral(address))).isEmpty();
  }
}
