import "@mantine/core/styles.css";
import "@mantine/dates/styles.css";
import "@fontsource-variable/inter";
import "@fontsource-variable/jetbrains-mono";
import "@/base/tokens.css";
import { MantineProvider } from "@mantine/core";
import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { RouterProvider } from "react-router";
import { Refusal } from "@/api/http";
import { theme, variables } from "@/base/theme";
import { routes } from "./routes";

const queries = new QueryClient({
  defaultOptions: {
    // a refusal will be the same the next time; a house that is silent may be starting
    queries: {
      retry: (failures, error) => failures < 3 && !(error instanceof Refusal && error.status !== 0),
      refetchOnWindowFocus: false,
    },
  },
});

const root = document.getElementById("root");
if (root) {
  createRoot(root).render(
    <StrictMode>
      <MantineProvider theme={theme} cssVariablesResolver={variables} defaultColorScheme="dark" forceColorScheme="dark">
        <QueryClientProvider client={queries}>
          <RouterProvider router={routes} />
        </QueryClientProvider>
      </MantineProvider>
    </StrictMode>,
  );
}
