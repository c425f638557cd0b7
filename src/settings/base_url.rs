//! Checks whether readers elsewhere can open the site's address.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use super::BaseUrl;

/// Endings of host names that exist only on a machine, in a home network or in a test: RFC 6761
/// (`localhost`, `test`, `invalid`), RFC 6762 (`local`), RFC 8375 (`home.arpa`) and the names that
/// home routers and companies use for themselves.
const LOCAL_ENDINGS: [&str; 9] = [
    "localhost",
    "test",
    "invalid",
    "local",
    "home.arpa",
    "internal",
    "lan",
    "home",
    "localdomain",
];

impl BaseUrl {
    /// Returns whether the site is served only on this machine or its own network, so that nobody
    /// else can have saved one of its addresses.
    pub fn is_local(&self) -> bool {
        let authority = self
            .origin
            .split_once("://")
            .map_or(self.origin.as_str(), |(_, rest)| rest);
        if let Some(address) = authority
            .strip_prefix('[')
            .and_then(|rest| rest.split_once(']'))
        {
            return address
                .0
                .parse::<Ipv6Addr>()
                .is_ok_and(|address| is_local_address(IpAddr::V6(address)));
        }
        let host = authority
            .split_once(':')
            .map_or(authority, |(host, _)| host)
            .trim_end_matches('.');
        if let Ok(address) = host.parse::<Ipv4Addr>() {
            return is_local_address(IpAddr::V4(address));
        }
        LOCAL_ENDINGS.iter().any(|ending| {
            host.strip_suffix(ending)
                .is_some_and(|rest| rest.is_empty() || rest.ends_with('.'))
        })
    }
}

fn is_local_address(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(address) => {
            address.is_loopback()
                || address.is_private()
                || address.is_link_local()
                || address.is_unspecified()
        }
        IpAddr::V6(address) => match address.to_ipv4_mapped() {
            Some(mapped) => is_local_address(IpAddr::V4(mapped)),
            None => {
                address.is_loopback()
                    || address.is_unspecified()
                    || address.is_unique_local()
                    || address.is_unicast_link_local()
            }
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hosts_that_only_this_network_can_open_are_local() {
        let is_local = |url: &str| {
            BaseUrl::parse(url)
                .expect("an address of a site")
                .is_local()
        };
        for url in [
            "http://localhost:8000/",
            "http://LOCALHOST",
            "https://docs.localhost/",
            "http://127.0.0.1:4000",
            "http://127.8.0.1/a/",
            "http://0.0.0.0:80",
            "http://192.168.1.20:4000/",
            "http://10.0.0.1",
            "http://[::1]:8000/",
            "http://[fe80::1]/",
            "http://[::ffff:127.0.0.1]/",
            "https://site.test/",
            "http://nas.local/wiki/",
            "http://printer.home.arpa/",
            "http://site.lan./",
        ] {
            assert!(is_local(url), "{url}");
        }
        for url in [
            "https://example.org/",
            "https://handsel.example",
            "https://localhost.org/",
            "https://mylocal.net",
            "http://203.0.113.7/",
            "https://[2001:db8::1]/",
            "https://test.dev/",
            "https://intranet/",
        ] {
            assert!(!is_local(url), "{url}");
        }
    }
}
