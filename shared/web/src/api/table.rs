//! Routes as [`routes!`](crate::routes) makes them, and tables of them.
//!
//! With the feature `document` both carry their documentation. What is deployed serves the document as
//! a file and is built without: describing every route at every cold start would be for nothing, and
//! what describes them would be a good part of each binary.

use axum::Router;

#[cfg(feature = "document")]
pub use utoipa_axum::router::UtoipaMethodRouter as Routes;

#[cfg(not(feature = "document"))]
pub use bare::Routes;

/// Makes [`Routes`] of handlers that have `#[utoipa::path(…)]` and one path, each for its method.
#[cfg(feature = "document")]
#[macro_export]
macro_rules! routes {
    ($($handler:path),+ $(,)?) => {
        $crate::utoipa_axum::routes!($($handler),+)
    };
}

/// Makes [`Routes`] of handlers that have `#[utoipa::path(…)]` and one path, each for its method.
#[cfg(not(feature = "document"))]
#[macro_export]
macro_rules! routes {
    ($($handler:path),+ $(,)?) => {{
        // Where a handler's path and method are said is known to utoipa's own macro, which would have
        // the whole description made. Its inner rules want the path's parts, which `paste!` gives back.
        let mut routes = $crate::Routes::default();
        $($crate::utoipa_axum::paste! {
            let path = $crate::utoipa_axum::routes!(@path [path()] of $handler);
            let methods = $crate::utoipa_axum::routes!(@path [methods()] of $handler);
            routes.add(&path, &methods, $handler);
        })+
        routes
    }};
}

/// Routes that are served under the same conditions.
#[derive(Clone)]
pub(super) struct Table<S> {
    #[cfg(feature = "document")]
    routes: utoipa_axum::router::OpenApiRouter<S>,
    #[cfg(not(feature = "document"))]
    routes: Router<S>,
}

#[cfg(feature = "document")]
impl<S: Clone + Send + Sync + 'static> Table<S> {
    pub(super) fn new() -> Self {
        Self {
            routes: utoipa_axum::router::OpenApiRouter::new(),
        }
    }

    pub(super) fn add(&mut self, routes: Routes<S>) {
        self.routes = std::mem::take(&mut self.routes).routes(routes);
    }

    pub(super) fn router(self) -> Router<S> {
        self.routes.into()
    }

    pub(super) fn document(self) -> utoipa::openapi::OpenApi {
        self.routes.into_openapi()
    }
}

#[cfg(not(feature = "document"))]
impl<S: Clone + Send + Sync + 'static> Table<S> {
    pub(super) fn new() -> Self {
        Self {
            routes: Router::new(),
        }
    }

    pub(super) fn add(&mut self, routes: Routes<S>) {
        self.routes = std::mem::take(&mut self.routes).route(&routes.path, routes.methods);
    }

    pub(super) fn router(self) -> Router<S> {
        self.routes
    }
}

#[cfg(not(feature = "document"))]
mod bare {
    use axum::{handler::Handler, routing::MethodRouter};
    use utoipa::openapi::HttpMethod;
    use utoipa_axum::PathItemExt as _;

    /// What is served at one path.
    #[derive(Clone, Debug)]
    pub struct Routes<S = ()> {
        pub(super) path: String,
        pub(super) methods: MethodRouter<S>,
    }

    impl<S: Clone> Default for Routes<S> {
        fn default() -> Self {
            Self {
                path: String::new(),
                methods: MethodRouter::new(),
            }
        }
    }

    impl<S: Clone + Send + Sync + 'static> Routes<S> {
        /// Serves `methods` at `path` with `handler`.
        pub fn add<H, T>(&mut self, path: &str, methods: &[HttpMethod], handler: H)
        where
            H: Handler<T, S>,
            T: 'static,
        {
            path.clone_into(&mut self.path);
            for method in methods {
                let router = std::mem::take(&mut self.methods);
                self.methods = router.on(method.to_method_filter(), handler.clone());
            }
        }
    }
}
