/** The types of the used parts of socket.io 2's client, which has none. */
declare module "socket.io-client-2" {
  type Listener = (...args: never[]) => void;
  type OldSocket = {
    connected: boolean;
    io: { engine: Pick<OldSocket, "once"> };
    on(event: string, listener: Listener): OldSocket;
    once(event: string, listener: Listener): OldSocket;
    emit(event: string, ...args: unknown[]): OldSocket;
    close(): OldSocket;
  };
  export default function io(url: string, options?: object): OldSocket;
}
