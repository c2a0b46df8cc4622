import { createRootRoute, createRoute, createRouter, lazyRouteComponent, Outlet } from '@tanstack/react-router';
import { basePath } from './base-path.ts';
import { paceHistory } from './paced-history.ts';
import { formatSearch, parseSearch, type Search } from './url-state.ts';
import { Frame } from './views/frame/frame.tsx';
import { NotFound } from './views/frame/not-found.tsx';
import { PageCrash } from './views/frame/page-crash.tsx';

const root = createRootRoute({
  component: Outlet,
  // Names are kept as they are; each page reads its own and says which it ignored.
  validateSearch: (search: Record<string, unknown>): Search => search as Search,
  notFoundComponent: NotFound,
  errorComponent: PageCrash,
});

const signIn = createRoute({
  getParentRoute: () => root,
  path: '/sign-in',
  component: lazyRouteComponent(() => import('./views/sign-in/sign-in-page.tsx'), 'SignInPage'),
});

/** Needs no key and no server: what is opened here stays on this computer. */
const file = createRoute({
  getParentRoute: () => root,
  path: '/file',
  component: lazyRouteComponent(() => import('./views/file/file-page.tsx'), 'FilePage'),
});

/** Everything but signing in stands in the frame: top bar, keys, and a key that the server accepts. */
const frame = createRoute({ getParentRoute: () => root, id: 'frame', component: Frame });

const page = <Path extends string>(path: Path, component: ReturnType<typeof lazyRouteComponent>) =>
  createRoute({ getParentRoute: () => frame, path, component });

const pages = [
  page(
    '/',
    lazyRouteComponent(() => import('./views/start/entry-page.tsx'), 'EntryPage'),
  ),
  page(
    '/traces',
    lazyRouteComponent(() => import('./views/traces/traces-page.tsx'), 'TracesPage'),
  ),
  page(
    '/traces/$traceId',
    lazyRouteComponent(() => import('./views/trace/trace-page.tsx'), 'TracePage'),
  ),
  page(
    '/spans/$spanId',
    lazyRouteComponent(() => import('./views/trace/span-redirect.tsx'), 'SpanRedirect'),
  ),
  page(
    '/sessions',
    lazyRouteComponent(() => import('./views/sessions/sessions-page.tsx'), 'SessionsPage'),
  ),
  page(
    '/sessions/$sessionId',
    lazyRouteComponent(() => import('./views/sessions/session-page.tsx'), 'SessionPage'),
  ),
  page(
    '/users',
    lazyRouteComponent(() => import('./views/users/users-page.tsx'), 'UsersPage'),
  ),
  page(
    '/users/$userId',
    lazyRouteComponent(() => import('./views/users/user-page.tsx'), 'UserPage'),
  ),
  page(
    '/dashboard',
    lazyRouteComponent(() => import('./views/dashboard/dashboard-page.tsx'), 'DashboardPage'),
  ),
  page(
    '/compare/$a',
    lazyRouteComponent(() => import('./views/compare/pick-second-page.tsx'), 'PickSecondPage'),
  ),
  page(
    '/compare/$a/$b',
    lazyRouteComponent(() => import('./views/compare/compare-page.tsx'), 'ComparePage'),
  ),
  page(
    '/start',
    lazyRouteComponent(() => import('./views/start/start-page.tsx'), 'StartPage'),
  ),
  page(
    '/settings',
    lazyRouteComponent(() => import('./views/settings/settings-page.tsx'), 'SettingsPage'),
  ),
];

paceHistory(history, window);

export const router = createRouter({
  routeTree: root.addChildren([signIn, file, frame.addChildren(pages)]),
  basepath: basePath === '' ? '/' : basePath,
  parseSearch,
  stringifySearch: formatSearch,
  defaultPreload: 'intent',
  defaultPreloadDelay: 60,
  scrollRestoration: false,
  defaultErrorComponent: PageCrash,
});

declare module '@tanstack/react-router' {
  interface Register {
    router: typeof router;
  }
}
