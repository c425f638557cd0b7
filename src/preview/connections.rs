//! How many connections there may be, and which of them ends when there are too many.
//!
//! A new connection is always accepted. Over the limit of its peer, or of all other machines
//! together, an older one ends instead: first one that asks for nothing at present, then an event
//! stream, then a request that is being answered. So nobody who holds connections open can keep
//! others out. This machine has places of its own, and a tab that knows the token of this run is
//! the last to lose its stream.

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

/// Connections from this machine at once.
const LOCAL_MAX: usize = 96;

/// Connections from another machine at once; a browser opens some six.
const PEER_MAX: usize = 48;

/// Connections from all other machines at once. With those of this machine they fit into what macOS
/// lets a program open.
const REMOTE_MAX: usize = 96;

/// Event streams of one peer at once. A tab has one for as long as it is in view.
const STREAMS_MAX: usize = 32;

/// How long the head of a request may take, and how long a connection may stay idle.
const HEAD_WAIT: Duration = Duration::from_secs(20);

/// How long a visitor may take to accept the next part of an answer.
const WRITE_WAIT: Duration = Duration::from_secs(60);

/// The largest head of a request.
const HEAD_MAX: usize = 32 * 1024;

/// Who is at the other end. All addresses of an IPv6 network that one household or machine has are
/// one peer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Peer {
    Local,
    Remote(u128),
}

/// What a connection is used for at present, in the order in which connections end when there are
/// too many.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Activity {
    /// No request is being answered: none came yet, or the last answer is on its way.
    Waiting,
    /// The event stream of a visitor who did not show the token of this run.
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

/// All open connections, by the order in which they came.
#[derive(Default)]
struct Connections {
    open: Mutex<(u64, BTreeMap<u64, OpenConnections>)>,
}

/// One connection, until it is closed. Requests carry it along, to say what it is used for.
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
            // An IPv4 address fits into 32 bits, which are cut off here.
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

    /// Takes in a new connection, and ends others where there are too many. The receiver resolves
    /// when this one has to end.
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

    /// Ends a connection so that its file handle is free for the next one.
    fn make_room(&self) {
        let (_, open) = &mut *self.open();
        let crowd =
            largest_crowd(open).filter(|_| open.values().any(|other| other.peer != Peer::Local));
        end_first(open, |other| crowd.is_none_or(|crowd| other.peer == crowd));
    }
}

/// The machine with the most connections, besides this one.
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

/// Ends the connection that is needed least, the oldest of several.
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
    /// A request is being answered.
    pub fn start_response(&self) {
        self.change(Activity::Answering);
    }

    /// The answer is made. A stream goes on.
    pub fn end_answer(&self) {
        if let Some(own) = self.all.open().1.get_mut(&self.id)
            && own.activity == Activity::Answering
        {
            own.activity = Activity::Waiting;
        }
    }

    /// The connection carries an event stream from now on; over the limit of its peer another
    /// stream ends.
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

/// Takes connections for as long as the runtime lives.
pub async fn accept(listener: TcpListener, router: Router) {
    let all = Arc::new(Connections::default());
    loop {
        let (stream, peer) = match listener.accept().await {
            Ok(accepted) => accepted,
            Err(_) => {
                // Out of file handles, as a rule.
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
    // Each event is a packet of its own, at once.
    let _ = stream.set_nodelay(true);
    let service = TowerToHyperService::new(router.layer(Extension(Arc::clone(&connection))));
    let mut http = hyper::server::conn::http1::Builder::new();
    http.timer(TokioTimer::new())
        .header_read_timeout(HEAD_WAIT)
        .max_buf_size(HEAD_MAX);
    tokio::select! {
        // A visitor that goes away in the middle is nobody's problem.
        _ = http.serve_connection(TokioIo::new(TimedStream { stream, stalled: None }), service) => {}
        _ = ended => {}
    }
    drop(connection);
}

/// A connection that ends when the other side accepts nothing for a while.
struct TimedStream {
    stream: TcpStream,
    stalled: Option<Pin<Box<Sleep>>>,
}

impl TimedStream {
    /// Holds the result of a write against the time since the last that succeeded.
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
            "an answer that is made has no claim any more"
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
