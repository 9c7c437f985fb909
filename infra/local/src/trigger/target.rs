//! The function behind a trigger.

use std::sync::Arc;

use engines::template::Function;
use futures_util::future::BoxFuture;
use kernel::{Clock, Id, kind};

use crate::functions::{Functions, InvocationFailure};

/// Takes a payload and a request's id, and gives the function's answer.
type Invoke =
    dyn Fn(String, String) -> BoxFuture<'static, Result<String, InvocationFailure>> + Send + Sync;

/// A function as one of its triggers sees it. Cheap to clone.
#[derive(Clone)]
pub(super) struct Target {
    /// The function's logical id, for logs.
    pub(super) function: String,
    /// The function's ARN.
    pub(super) function_arn: String,
    /// The trigger's id in the template, for logs.
    pub(super) trigger: String,
    /// The platform's time.
    pub(super) clock: Clock,
    invoke: Arc<Invoke>,
}

impl Target {
    /// `function`, started by the event of its that has the id `trigger`.
    pub(super) fn new(
        function: &Function,
        trigger: &str,
        functions: &Functions,
        clock: &Clock,
    ) -> Self {
        let functions = functions.clone();
        let logical_id = function.logical_id.clone();
        Self {
            function: function.logical_id.clone(),
            function_arn: function.arn(),
            trigger: trigger.to_owned(),
            clock: clock.clone(),
            invoke: Arc::new(move |payload, request_id| {
                let functions = functions.clone();
                let logical_id = logical_id.clone();
                Box::pin(async move { functions.invoke(&logical_id, payload, request_id).await })
            }),
        }
    }

    /// Names a new invocation.
    pub(super) fn new_request_id(&self) -> String {
        Id::<kind::Request>::generate(&self.clock).to_string()
    }

    /// Starts the function with `payload` and waits for its answer.
    pub(super) async fn invoke(
        &self,
        payload: String,
        request_id: String,
    ) -> Result<String, InvocationFailure> {
        (self.invoke)(payload, request_id).await
    }
}

#[cfg(test)]
pub(super) mod fake {
    //! A function that a test plays.

    use tokio::sync::{mpsc, oneshot};

    use super::*;

    /// One invocation, which waits for the test's answer.
    pub(in crate::trigger) struct Call {
        /// What the function was started with.
        pub(in crate::trigger) payload: serde_json::Value,
        answer: oneshot::Sender<Result<String, InvocationFailure>>,
    }

    impl Call {
        /// Answers as the function would.
        pub(in crate::trigger) fn answer(self, answer: &str) {
            self.answer.send(Ok(answer.to_owned())).unwrap();
        }

        /// Fails as a panic of the function would.
        pub(in crate::trigger) fn fail(self) {
            let failure = InvocationFailure::Failed("it broke".to_owned());
            self.answer.send(Err(failure)).unwrap();
        }
    }

    /// A target whose invocations come out of the receiver.
    pub(in crate::trigger) fn target(clock: &Clock) -> (Target, mpsc::UnboundedReceiver<Call>) {
        let (calls, receiver) = mpsc::unbounded_channel();
        let target = Target {
            function: "Worker".to_owned(),
            function_arn: "arn:aws:lambda:us-east-1:000000000000:function:planet-Worker".to_owned(),
            trigger: "Events".to_owned(),
            clock: clock.clone(),
            invoke: Arc::new(move |payload, _| {
                let (answer, answered) = oneshot::channel();
                let payload = serde_json::from_str(&payload).unwrap();
                calls.send(Call { payload, answer }).unwrap();
                Box::pin(async move { answered.await.unwrap() })
            }),
        };
        (target, receiver)
    }
}
