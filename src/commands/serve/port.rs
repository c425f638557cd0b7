//! Where the preview listens: the port that was asked for, or the next free one from 4000 on; and
//! its address in words.

use std::io::ErrorKind;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, TcpListener, UdpSocket};

use crate::commands::CommandError;

/// Where the preview is, unless that is taken or another is asked for.
pub const PORT_DEFAULT: u16 = 4000;

/// How many ports are tried, from the first on.
const TRIES: u16 = 100;

/// Listens at a host, at the port that was asked for or at the next free one.
pub fn bind(host: &str, port: Option<u16>) -> Result<TcpListener, CommandError> {
    let bare = host.trim_matches(['[', ']']);
    let first = port.unwrap_or(PORT_DEFAULT);
    let last = if port.is_some() { first } else { first + TRIES };
    for port in first..=last {
        match TcpListener::bind((bare, port)) {
            Ok(listener) => return Ok(listener),
            Err(error) if error.kind() == ErrorKind::AddrInUse && port < last => {}
            Err(error) => return Err(cannot_listen(host, port, &error)),
        }
    }
    Err(
        CommandError::new(format!("all ports from {first} to {last} are taken"))
            .help("name a free one with --port"),
    )
}

fn cannot_listen(host: &str, port: u16, error: &std::io::Error) -> CommandError {
    match error.kind() {
        ErrorKind::AddrInUse => CommandError::new(format!(
            "port {port} is taken by another program"
        ))
        .help("name another with --port, or leave --port away: the next free one is taken then"),
        ErrorKind::PermissionDenied => {
            CommandError::new(format!("port {port} needs more rights than you have"))
                .help("take one above 1023")
        }
        ErrorKind::AddrNotAvailable | ErrorKind::InvalidInput => {
            CommandError::new(format!("this machine has no address `{host}`"))
                .help("leave --host away, or name 0.0.0.0 for all of them")
        }
        _ => CommandError::new(format!("cannot listen at {host}, port {port}: {error}"))
            .help("leave --host away, or name 0.0.0.0 for all"),
    }
}

/// The address as this machine reaches it.
pub fn local_address(address: SocketAddr) -> SocketAddr {
    let ip = match address.ip() {
        IpAddr::V4(ip) if ip.is_unspecified() => Ipv4Addr::LOCALHOST.into(),
        IpAddr::V6(ip) if ip.is_unspecified() => Ipv6Addr::LOCALHOST.into(),
        ip => ip,
    };
    SocketAddr::new(ip, address.port())
}

/// The address as other machines reach it.
pub fn on_the_network(address: SocketAddr) -> Option<SocketAddr> {
    if !address.ip().is_unspecified() {
        return Some(address);
    }
    // Nothing is sent: the system only chooses which of its addresses it would speak from.
    // 192.0.2.1 is nobody's (RFC 5737).
    let socket = UdpSocket::bind((Ipv4Addr::UNSPECIFIED, 0)).ok()?;
    socket.connect((Ipv4Addr::new(192, 0, 2, 1), 9)).ok()?;
    let ip = socket.local_addr().ok()?.ip();
    (!ip.is_loopback() && !ip.is_unspecified()).then(|| SocketAddr::new(ip, address.port()))
}
