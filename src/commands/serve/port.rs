//! The address that the preview listens on: the requested port, or the first free one from 4000.

use std::io::ErrorKind;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, TcpListener, UdpSocket};

use crate::commands::CommandError;

/// The port of the preview, unless it is taken or another is requested.
pub const PORT_DEFAULT: u16 = 4000;

/// How many ports are tried after the first.
const TRIES: u16 = 100;

/// Listens on `host`, on `port` or else on the first free port from [`PORT_DEFAULT`].
///
/// # Errors
/// When the port is taken, or `host` is not an address of this machine.
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
        CommandError::new(format!("all ports from {first} to {last} are in use"))
            .help("choose a free port with --port"),
    )
}

fn cannot_listen(host: &str, port: u16, error: &std::io::Error) -> CommandError {
    match error.kind() {
        ErrorKind::AddrInUse => {
            CommandError::new(format!("port {port} is taken by another program"))
                .help("choose another port with --port, or omit --port to use the next free one")
        }
        ErrorKind::PermissionDenied => {
            CommandError::new(format!("you do not have permission to use port {port}"))
                .help("choose a port above 1023")
        }
        ErrorKind::AddrNotAvailable | ErrorKind::InvalidInput => {
            CommandError::new(format!("this machine has no address `{host}`"))
                .help("omit --host, or use 0.0.0.0 for all addresses")
        }
        _ => CommandError::new(format!("cannot listen on {host}, port {port}: {error}"))
            .help("omit --host, or use 0.0.0.0 for all addresses"),
    }
}

/// The address at which this machine reaches the preview.
pub fn local_address(address: SocketAddr) -> SocketAddr {
    let ip = match address.ip() {
        IpAddr::V4(ip) if ip.is_unspecified() => Ipv4Addr::LOCALHOST.into(),
        IpAddr::V6(ip) if ip.is_unspecified() => Ipv6Addr::LOCALHOST.into(),
        ip => ip,
    };
    SocketAddr::new(ip, address.port())
}

/// The address at which other machines reach the preview, if there is one.
pub fn on_the_network(address: SocketAddr) -> Option<SocketAddr> {
    if !address.ip().is_unspecified() {
        return Some(address);
    }
    // Nothing is sent: `connect` only makes the system choose a local address. 192.0.2.1 is
    // reserved for documentation (RFC 5737).
    let socket = UdpSocket::bind((Ipv4Addr::UNSPECIFIED, 0)).ok()?;
    socket.connect((Ipv4Addr::new(192, 0, 2, 1), 9)).ok()?;
    let ip = socket.local_addr().ok()?.ip();
    (!ip.is_loopback() && !ip.is_unspecified()).then(|| SocketAddr::new(ip, address.port()))
}
