use platform::public::is_public;
use std::net::{Ipv4Addr, Ipv6Addr};

/// The first and the last address of every block, and what lies just outside of it where that is
/// public.
#[test]
fn a_special_block_ends_where_the_registry_says() {
    let blocks_v4 = [
        ("0.0.0.0", "0.255.255.255", None, Some("1.0.0.0")),
        (
            "10.0.0.0",
            "10.255.255.255",
            Some("9.255.255.255"),
            Some("11.0.0.0"),
        ),
        (
            "100.64.0.0",
            "100.127.255.255",
            Some("100.63.255.255"),
            Some("100.128.0.0"),
        ),
        (
            "127.0.0.0",
            "127.255.255.255",
            Some("126.255.255.255"),
            Some("128.0.0.0"),
        ),
        (
            "168.63.129.16",
            "168.63.129.16",
            Some("168.63.129.15"),
            Some("168.63.129.17"),
        ),
        (
            "169.254.0.0",
            "169.254.255.255",
            Some("169.253.255.255"),
            Some("169.255.0.0"),
        ),
        (
            "172.16.0.0",
            "172.31.255.255",
            Some("172.15.255.255"),
            Some("172.32.0.0"),
        ),
        (
            "192.0.0.0",
            "192.0.0.255",
            Some("191.255.255.255"),
            Some("192.0.1.0"),
        ),
        (
            "192.0.2.0",
            "192.0.2.255",
            Some("192.0.1.255"),
            Some("192.0.3.0"),
        ),
        (
            "192.31.196.0",
            "192.31.196.255",
            Some("192.31.195.255"),
            Some("192.31.197.0"),
        ),
        (
            "192.52.193.0",
            "192.52.193.255",
            Some("192.52.192.255"),
            Some("192.52.194.0"),
        ),
        (
            "192.88.99.0",
            "192.88.99.255",
            Some("192.88.98.255"),
            Some("192.88.100.0"),
        ),
        (
            "192.168.0.0",
            "192.168.255.255",
            Some("192.167.255.255"),
            Some("192.169.0.0"),
        ),
        (
            "192.175.48.0",
            "192.175.48.255",
            Some("192.175.47.255"),
            Some("192.175.49.0"),
        ),
        (
            "198.18.0.0",
            "198.19.255.255",
            Some("198.17.255.255"),
            Some("198.20.0.0"),
        ),
        (
            "198.51.100.0",
            "198.51.100.255",
            Some("198.51.99.255"),
            Some("198.51.101.0"),
        ),
        (
            "203.0.113.0",
            "203.0.113.255",
            Some("203.0.112.255"),
            Some("203.0.114.0"),
        ),
        (
            "224.0.0.0",
            "255.255.255.255",
            Some("223.255.255.255"),
            None,
        ),
    ];
    let blocks_v6 = [
        ("::", "1fff:ffff::", None, Some("2000::")),
        (
            "2001::",
            "2001:1ff:ffff::",
            Some("2000:ffff::"),
            Some("2001:200::"),
        ),
        (
            "2001:db8::",
            "2001:db8:ffff::",
            Some("2001:db7:ffff::"),
            Some("2001:db9::"),
        ),
        ("2002::", "2002:ffff::", Some("2001:ffff::"), Some("2003::")),
        (
            "2620:4f:8000::",
            "2620:4f:8000:ffff::",
            Some("2620:4f:7fff::"),
            Some("2620:4f:8001::"),
        ),
        (
            "3fff::",
            "3fff:fff:ffff::",
            Some("3ffe:ffff::"),
            Some("3fff:1000::"),
        ),
        ("4000::", "ffff:ffff::", Some("3fff:ffff::"), None),
    ];
    for (first, last, before, after) in blocks_v4.into_iter().chain(blocks_v6) {
        for address in [first, last] {
            assert!(!is_public(address.parse().unwrap()), "{address}");
        }
        for address in [before, after].into_iter().flatten() {
            assert!(is_public(address.parse().unwrap()), "{address}");
        }
    }
}

#[test]
fn what_answers_in_clouds_and_machines_is_not_public() {
    let inside = [
        "0.0.0.0",         // this machine, as Linux has it
        "127.0.0.53",      // a name server of this machine
        "169.254.169.254", // metadata of AWS, Google, Azure
        "169.254.170.2",   // credentials of AWS's containers
        "169.254.170.23",  // credentials of AWS's pods
        "169.254.169.253", // AWS's name server
        "169.254.169.123", // AWS's clock
        "100.100.100.200", // metadata of Alibaba
        "192.0.0.192",     // metadata of Oracle
        "168.63.129.16",   // Azure's host
        "172.17.0.1",      // a host of containers
        "255.255.255.255",
        "::",
        "::1",
        "::127.0.0.1",      // compatible with IPv4
        "::ffff:127.0.0.1", // mapped from IPv4
        "::ffff:93.184.215.14",
        "::ffff:0:10.0.0.1",  // translated from IPv4
        "64:ff9b::a9fe:a9fe", // NAT64 of 169.254.169.254
        "64:ff9b::5db8:d70e", // NAT64 of a public one: what it leads to is not ours to say
        "64:ff9b:1::a00:1",   // NAT64 of an operator's own
        "100::1",             // discarded
        "100:0:0:1::1",       // a dummy
        "2001::1",            // Teredo
        "2001:2::1",          // benchmarks
        "2001:20::1",         // ORCHID
        "2002:7f00:1::1",     // 6to4 of 127.0.0.1
        "5f00::1",            // segment routing
        "fc00::1",
        "fd00:ec2::254", // metadata of AWS
        "fd20:ce::254",  // metadata of Google
        "fe80::1",
        "fec0::1", // site-local, as there once was
        "ff02::1",
    ];
    for address in inside {
        assert!(!is_public(address.parse().unwrap()), "{address}");
    }
}

#[test]
fn servers_of_the_world_are_public() {
    let outside = [
        "1.1.1.1",
        "8.8.8.8",
        "93.184.215.14",
        "223.5.5.5",
        "2400:3200::1",
        "2606:2800:21f::1",
        "2a00:1450:4001::1",
    ];
    for address in outside {
        assert!(is_public(address.parse().unwrap()), "{address}");
    }
}

/// The standard library's own opinion of addresses, which has fewer kinds.
#[test]
fn what_the_standard_library_calls_special_is_not_public() {
    // Every 2521st address: 1.7 million of them, and no pattern that a block could slip through.
    for bits in (0..=u32::MAX).step_by(2_521) {
        let address = Ipv4Addr::from_bits(bits);
        let is_special = address.is_private()
            || address.is_loopback()
            || address.is_link_local()
            || address.is_broadcast()
            || address.is_documentation()
            || address.is_multicast()
            || address.octets()[0] == 0;
        assert!(!(is_special && is_public(address.into())), "{address}");
        let mapped: Ipv6Addr = address.to_ipv6_mapped();
        assert!(!is_public(mapped.into()), "{mapped}");
    }
}
