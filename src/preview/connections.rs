//! Limits the number of connections, and chooses which to close when there are too many.
//!
//! A new connection is always accepted. If its peer, or all other machines together, have too many,
//! an older connection is closed: first an idle one, then an event stream, then one with a request
//! in progress. So holding connections open cannot keep others out. This machine has a limit of its
//! own, and the stream of a tab that knows the token is closed last.

use std::collections::BTreeMap;
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll};
use std::time::Duration;

use axum::{Extension, Router};
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::service::TowerToHyperService;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::oneshot;
use tokio::time::Sleep;

/// The most connections from this machine.
const LOCAL_MAX: usize = 96;

/// The most connections from one other machine. A browser opens about six.
const PEER_MAX: usize = 48;

/// The most connections from all other machines. Together with those of this machine they fit into
/// the number of open files that macOS allows a program.
const REMOTE_MAX: usize = 96;

/// The most event streams of one peer. Each visible tab has one.
const STREAMS_MAX: usize = 32;

/// How long the head of a request may take, and how long a connection may stay idle.
const HEAD_WAIT: Duration = Duration::from_secs(20);

/// How long a client may take to accept the next part of a response.
const WRITE_WAIT: Duration = Duration::from_secs(60);

/// The largest head of a request, in bytes.
const HEAD_MAX: usize = 32 * 1024;

/// The machine at the other end. All addresses of one IPv6 /64 network count as one peer, because a
/// household or machine usually has a whole network.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Peer {
    Local,
    Remote(u128),
}

/// What a connection is used for, in the order in which connections are closed when there are too
/// many.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Activity {
    /// No request is in progress: none has arrived yet, or the last response is being sent.
    Waiting,
    /// The event stream of a client that did not send the token.
    Stream,
    Answering,
    /// The event stream of a tab that knows the token.
    TrustedStream,
}

struct OpenConnections {
    peer: Peer,
    activity: Activity,
    /// Dropped to end the connection.
    _end: oneshot::Sender<()>,
}

/// All open connections by number, and the next number.
#[derive(Default)]
struct Connections {
    open: Mutex<(u64, BTreeMap<u64, OpenConnections>)>,
}

/// An open connection; dropped when it is closed. Its requests use it to record their activity.
pub struct Connection {
    all: Arc<Connections>,
    id: u64,
}

impl Peer {
    fn of(peer: IpAddr, own: Option<IpAddr>) -> Self {
        let peer = peer.to_canonical();
        if peer.is_loopback() || own.is_some_and(|own| own.to_canonical() == peer) {
            return Peer::Local;
        }
        match peer {
            IpAddr::V4(address) => Peer::Remote(u32::from(address).into()),
            // This clears the lower 64 bits, so it cannot be equal to an IPv4 address.
            IpAddr::V6(address) => Peer::Remote(u128::from(address) >> 64 << 64),
        }
    }

    fn limit(self) -> usize {
        match self {
            Peer::Local => LOCAL_MAX,
            Peer::Remote(_) => PEER_MAX,
        }
    }
}

impl Connections {
    fn open(&self) -> MutexGuard<'_, (u64, BTreeMap<u64, OpenConnections>)> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Adds a new connection, and closes others if there are too many. The receiver resolves when
    /// this connection must close.
    fn enter(self: &Arc<Self>, peer: Peer) -> (Arc<Connection>, oneshot::Receiver<()>) {
        let (end, ended) = oneshot::channel();
        let mut guard = self.open();
        let (next, open) = &mut *guard;
        if open.values().filter(|other| other.peer == peer).count() >= peer.limit() {
            end_first(open, |other| other.peer == peer);
        }
        if peer != Peer::Local
            && open
                .values()
                .filter(|other| other.peer != Peer::Local)
                .count()
                >= REMOTE_MAX
        {
            let crowd = largest_crowd(open);
            end_first(open, |other| Some(other.peer) == crowd);
        }
        let id = *next;
        *next += 1;
        open.insert(
            id,
            OpenConnections {
                peer,
                activity: Activity::Waiting,
                _end: end,
            },
        );
        (
            Arc::new(Connection {
                all: Arc::clone(self),
                id,
            }),
            ended,
        )
    }

    /// Closes a connection to free its file handle for the next one.
    fn make_room(&self) {
        let (_, open) = &mut *self.open();
        let crowd =
            largest_crowd(open).filter(|_| open.values().any(|other| other.peer != Peer::Local));
        end_first(open, |other| crowd.is_none_or(|crowd| other.peer == crowd));
    }
}

/// The machine with the most connections, except for this one.
fn largest_crowd(open: &BTreeMap<u64, OpenConnections>) -> Option<Peer> {
    let mut counts: BTreeMap<Peer, usize> = BTreeMap::new();
    open.values()
        .filter(|other| other.peer != Peer::Local)
        .for_each(|other| *counts.entry(other.peer).or_default() += 1);
    counts
        .into_iter()
        .max_by_key(|(_, count)| *count)
        .map(|(peer, _)| peer)
}

/// Closes the least needed connection for which `may_end` is true, or the oldest of several.
fn end_first(
    open: &mut BTreeMap<u64, OpenConnections>,
    may_end: impl Fn(&OpenConnections) -> bool,
) {
    let candidates = open.iter().filter(|(_, other)| may_end(other));
    let first = candidates
        .min_by_key(|(id, other)| (other.activity, **id))
        .map(|(id, _)| *id);
    first.and_then(|id| open.remove(&id));
}

impl Connection {
    /// Records that a request is being answered.
    pub fn start_response(&self) {
        self.change(Activity::Answering);
    }

    /// Records that the response is complete. A stream continues.
    pub fn end_answer(&self) {
        if let Some(own) = self.all.open().1.get_mut(&self.id)
            && own.activity == Activity::Answering
        {
            own.activity = Activity::Waiting;
        }
    }

    /// Records that the connection carries an event stream from now on. If its peer has too many
    /// streams, one of them is closed.
    pub fn begin_stream(&self, is_trusted: bool) {
        self.change(if is_trusted {
            Activity::TrustedStream
        } else {
            Activity::Stream
        });
        let (_, open) = &mut *self.all.open();
        let Some(peer) = open.get(&self.id).map(|own| own.peer) else {
            return;
        };
        let is_stream = |other: &OpenConnections| {
            other.peer == peer
                && matches!(other.activity, Activity::Stream | Activity::TrustedStream)
        };
        if open.values().filter(|other| is_stream(other)).count() > STREAMS_MAX {
            end_first(open, is_stream);
        }
    }

    fn change(&self, activity: Activity) {
        if let Some(own) = self.all.open().1.get_mut(&self.id) {
            own.activity = activity;
        }
    }
}

impl Drop for Connection {
    fn drop(&mut self) {
        self.all.open().1.remove(&self.id);
    }
}

/// Accepts connections until the runtime ends.
pub async fn accept(listener: TcpListener, router: Router) {
    let all = Arc::new(Connections::default());
    loop {
        let (stream, peer) = match listener.accept().await {
            Ok(accepted) => accepted,
            Err(_) => {
                // The usual reason is that no file handle is free.
                all.make_room();
                tokio::time::sleep(Duration::from_millis(50)).await;
                continue;
            }
        };
        let own = stream.local_addr().ok().map(|own: SocketAddr| own.ip());
        let (connection, ended) = all.enter(Peer::of(peer.ip(), own));
        tokio::spawn(serve(stream, connection, ended, router.clone()));
    }
}

async fn serve(
    stream: TcpStream,
    connection: Arc<Connection>,
    ended: oneshot::Receiver<()>,
    router: Router,
) {
    // Events are sent at once instead of being collected into larger packets.
    let _ = stream.set_nodelay(true);
    let service = TowerToHyperService::new(router.layer(Extension(Arc::clone(&connection))));
    let mut http = hyper::server::conn::http1::Builder::new();
    http.timer(TokioTimer::new())
        .header_read_timeout(HEAD_WAIT)
        .max_buf_size(HEAD_MAX);
    tokio::select! {
        // An error means that the client disconnected, which needs no handling.
        _ = http.serve_connection(TokioIo::new(TimedStream { stream, stalled: None }), service) => {}
        _ = ended => {}
    }
    drop(connection);
}

/// A stream that fails if the other side accepts no data for [`WRITE_WAIT`].
struct TimedStream {
    stream: TcpStream,
    stalled: Option<Pin<Box<Sleep>>>,
}

impl TimedStream {
    /// Passes on the result of a write, or a timeout if writes have been pending for too long.
    fn watched<T>(
        &mut self,
        written: Poll<io::Result<T>>,
        context: &mut Context<'_>,
    ) -> Poll<io::Result<T>> {
        if written.is_ready() {
            self.stalled = None;
            return written;
        }
        let stalled = self
            .stalled
            .get_or_insert_with(|| Box::pin(tokio::time::sleep(WRITE_WAIT)));
        stalled
            .as_mut()
            .poll(context)
            .map(|()| Err(io::ErrorKind::TimedOut.into()))
    }
}

impl AsyncRead for TimedStream {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_read(context, buffer)
    }
}

impl AsyncWrite for TimedStream {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.stream).poll_write(context, bytes);
        self.watched(written, context)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        parts: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.stream).poll_write_vectored(context, parts);
        self.watched(written, context)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(context)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const OTHER: Peer = Peer::Remote(7);

    fn is_open(connection: &Connection) -> bool {
        connection.all.open().1.contains_key(&connection.id)
    }

    #[test]
    fn a_crowd_ends_its_own_connections_first() {
        let all = Arc::new(Connections::default());
        let (tab, _tab_end) = all.enter(Peer::Local);
        let crowd: Vec<_> = (0..1000).map(|_| all.enter(OTHER)).collect();
        assert!(is_open(&tab));
        assert_eq!(
            crowd
                .iter()
                .filter(|(connection, _)| is_open(connection))
                .count(),
            PEER_MAX
        );
        assert!(is_open(&crowd[999].0), "the newest is served");
        let many: Vec<_> = (0..1000)
            .map(|peer| all.enter(Peer::Remote(peer)))
            .collect();
        assert!(is_open(&tab) && is_open(&many[999].0));
        assert_eq!(all.open().1.len(), REMOTE_MAX + 1);
        drop((crowd, many));
        assert_eq!(all.open().1.len(), 1);
    }

    #[test]
    fn what_is_needed_least_ends_first() {
        let all = Arc::new(Connections::default());
        let (trusted, _trusted_end) = all.enter(Peer::Local);
        trusted.begin_stream(true);
        let (answering, _answering_end) = all.enter(Peer::Local);
        answering.start_response();
        let streams: Vec<_> = (0..200).map(|_| all.enter(Peer::Local)).collect();
        streams
            .iter()
            .for_each(|(stream, _)| stream.begin_stream(false));
        assert!(is_open(&trusted) && is_open(&answering));
        let waiting: Vec<_> = (0..200).map(|_| all.enter(Peer::Local)).collect();
        assert!(is_open(&trusted) && is_open(&answering) && is_open(&waiting[199].0));
        answering.end_answer();
        let (last, _last_end) = all.enter(Peer::Local);
        assert!(
            is_open(&last) && !is_open(&answering),
            "a connection whose response is complete can be closed"
        );
    }

    #[test]
    fn peers_are_machines() {
        let peer = |address: &str, own: Option<&str>| {
            Peer::of(
                address.parse().expect("an address"),
                own.map(|own| own.parse().expect("an address")),
            )
        };
        assert_eq!(peer("127.0.0.1", None), Peer::Local);
        assert_eq!(peer("::ffff:127.0.0.1", None), Peer::Local);
        assert_eq!(peer("192.168.0.2", Some("192.168.0.2")), Peer::Local);
        assert_ne!(peer("192.168.0.3", Some("192.168.0.2")), Peer::Local);
        assert_eq!(peer("2001:db8::1", None), peer("2001:db8::ffff:2", None));
        assert_ne!(peer("2001:db8::1", None), peer("2001:db8:0:1::1", None));
    }
}
