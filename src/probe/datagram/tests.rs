use std::net::UdpSocket;
use std::time::Duration;

use health::{CheckKind, CheckSpec};
use socket2::{Protocol, Type};

use super::{NoSocket, answer, open, send};
use crate::phase::{self, Limit};

/// On a network the answer to a datagram for a closed port takes its time.
#[tokio::test]
async fn an_icmp_error_that_comes_late_is_told() {
    for host in ["127.0.0.1:0", "[::1]:0"] {
        let Ok(taken) = UdpSocket::bind(host) else { continue };
        let spec = CheckSpec {
            timeout: Duration::from_secs(60),
            ..CheckSpec::new(taken.local_addr().unwrap(), CheckKind::Ping)
        };
        drop(taken);
        let socket = open(&spec, Type::DGRAM, Some(Protocol::UDP)).map_err(NoSocket::words).unwrap();
        let limit = Limit::reply(&spec, phase::after(spec.timeout));
        let wait = answer(&socket, limit, |_| Some(()));
        let provoke = async {
            // by now the other waits
            tokio::task::yield_now().await;
            send(&socket, b"x", limit).await
        };
        let (answer, sent) = tokio::join!(biased; wait, provoke);
        assert_eq!((answer, sent), (Some(Err("answer: connection refused".to_owned())), Ok(())), "{host}");
    }
}
