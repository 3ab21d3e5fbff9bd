import { cityOf } from "../base/format.ts";
import { page, selected } from "../base/route.ts";
import { connection, staleSince } from "../base/socket.ts";
import { formatDateAndTime } from "../base/times.ts";
import { zone } from "../base/zone.ts";
import { CallDetails } from "../calls/details/call-details.tsx";
import { Filters } from "../calls/filters.tsx";
import { boardNow, rewound } from "../rewind/rewind.ts";
import { RewindBar } from "../rewind/rewind-bar.tsx";
import { ConnectionLight, StaleNotice } from "./connection-state.tsx";
import { Help, helping } from "./help.tsx";
import { Navigation } from "./navigation.tsx";
import { COMPONENTS } from "./pages.ts";
import { TokenForm } from "./token-form.tsx";
import { Tools } from "./tools.tsx";

/** The frame of every page: the header, the notices, the page itself, and the details of a call beside it. */
export function Page() {
  if (connection.value.status === "token") return <TokenForm wrong={connection.value.wrong} />;
  const stale = staleSince.value !== null;
  return (
    <div class={["page", stale && "stale", rewound.value && "rewound"].filter(Boolean).join(" ")}>
      <header>
        <Navigation />
        <Tools />
        <ConnectionLight />
        <PrintedAt />
      </header>
      <StaleNotice />
      {rewound.value && <RewindBar />}
      {page.value === "calls" && <Filters />}
      <main class={selected.value ? "split" : ""}>
        <Current />
        {selected.value && <CallDetails key={selected.value} call_id={selected.value} />}
      </main>
      {helping.value && <Help />}
    </div>
  );
}

function Current() {
  const Component = COMPONENTS[page.value];
  return <Component />;
}

/** A printed page shows the date and the time of its numbers. */
function PrintedAt() {
  return (
    <span class="on-paper">
      {formatDateAndTime(boardNow.value)} {cityOf(zone.value)}
    </span>
  );
}
