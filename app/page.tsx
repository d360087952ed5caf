export default function Home() {
  return <p>FlexiML</p>
}
